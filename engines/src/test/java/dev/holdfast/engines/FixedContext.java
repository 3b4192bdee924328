package dev.holdfast.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Scrape;
import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.stack.Objectives;
import dev.holdfast.stack.Positions;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A place where every port is the standard one of its name and every secret says whose it is. */
public record FixedContext(Stack stack, String authorityFile, int port, List<Scrape> scrapes, List<AlertRules> alerts)
        implements Context {

    public static FixedContext of(Service<?>... services) {
        TreeMap<String, Service<?>> byName = new TreeMap<>();
        for (Service<?> service : services) {
            byName.put(service.name(), service);
        }
        Stack stack = new Stack("shop", Optional.empty(), byName, Objectives.none());
        return new FixedContext(stack, "/nowhere/ca.crt", 7000, List.of(), List.of());
    }

    public static <S extends Record> Service<S> service(Engine<S> engine, String name, S settings) {
        return service(engine, name, settings, engine.resources());
    }

    public static <S extends Record> Service<S> service(
            Engine<S> engine, String name, S settings, Resources resources) {
        return new Service<>(
                name,
                engine.name(),
                engine.versions().getFirst(),
                resources,
                settings,
                Optional.empty(),
                Positions.unknown());
    }

    @Override
    public Address listen(String member, String port) {
        return new Address("127.0.0.1", this.port);
    }

    @Override
    public Address inside(String member, String port) {
        return new Address("127.0.0.1", this.port);
    }

    @Override
    public Address outside(String member, String port) {
        return new Address("127.0.0.1", this.port);
    }

    @Override
    public Redacted secret(SecretRef secret) {
        return new Redacted("secret of " + secret);
    }

    /** The certificate of a new authority, for programs that look at it before they find that nobody answers. */
    public static String authority() throws IOException {
        Path file = Files.createTempFile("authority", ".crt");
        file.toFile().deleteOnExit();
        SecureRandom random = new SecureRandom();
        Path folder = Files.createTempDirectory("secrets");
        SecretStore store = new SecretStore(folder.resolve("secrets.enc"), folder.resolve("key"), "shop", random);
        Files.writeString(file, new CertificateAuthority("shop", store, InstantSource.system(), random).certificate());
        return file.toString();
    }
}
