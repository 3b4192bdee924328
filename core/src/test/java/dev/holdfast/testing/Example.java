package dev.holdfast.testing;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Register;
import dev.holdfast.reader.StackReader;
import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.Assembly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A stack file that was read, in a place where nothing runs. */
record Example(Assembly assembly, String authorityFile) {
    /** Nobody can listen there without being root, and nobody does. */
    private static final int CLOSED = 1;

    /** @param services what stands under {@code services:} */
    static Example of(String services, Register register, Path folder) {
        String text = "apiVersion: holdfast.dev/v1\nkind: Stack\nmetadata: { name: shop }\nspec:\n  services:\n"
                + services.indent(4);
        Stack stack = new StackReader(register).read("stack.yaml", text, Optional.empty());
        return new Example(new Assembly(stack, register), authority(folder));
    }

    Stack stack() {
        return assembly.stack();
    }

    FakeContext place() {
        return new FakeContext(stack(), assembly.register(), authorityFile, CLOSED);
    }

    /** The services of the engine, with what it offers for each. */
    List<Offers<?>> offers(String engine) {
        List<Offers<?>> offers = new ArrayList<>();
        for (Bound<?> bound : assembly.services()) {
            if (bound.engine().name().equals(engine)) {
                offers.add(Offers.of(bound));
            }
        }
        return offers;
    }

    /** Those of the engine's services, exporters included. */
    List<Workload> workloads(String engine, FakeContext place) {
        List<Workload> workloads = new ArrayList<>();
        for (Offers<?> service : offers(engine)) {
            workloads.addAll(service.bound().workloads(place));
            workloads.addAll(service.exporterWorkloads(place));
        }
        return workloads;
    }

    /** The names of all members of the stack, without exporters. */
    Set<String> members() {
        Set<String> names = new TreeSet<>();
        for (Bound<?> bound : assembly.services()) {
            bound.members().stream().map(Member::name).forEach(names::add);
        }
        return names;
    }

    /** A real one: an engine may look at it before it finds that nobody answers. */
    private static String authority(Path folder) {
        Path file = folder.resolve("ca.crt");
        if (!Files.exists(file)) {
            SecureRandom random = new SecureRandom();
            SecretStore store = new SecretStore(folder.resolve("secrets.enc"), folder.resolve("key"), "shop", random);
            try {
                Files.writeString(
                        file, new CertificateAuthority("shop", store, InstantSource.system(), random).certificate());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return file.toString();
    }
}
