package dev.holdfast.testing;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Scrape;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.Assembly;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A place where nothing runs. It remembers which secrets it was asked for, so that a test can look where they went. */
public final class FakeContext implements Context {
    private final Assembly assembly;
    private final String authorityFile;
    private final int port;
    private final Map<String, Redacted> given = new TreeMap<>();

    /** @param port the one that every member has */
    public FakeContext(Stack stack, Register register, String authorityFile, int port) {
        this.assembly = new Assembly(stack, register);
        this.authorityFile = authorityFile;
        this.port = port;
    }

    /** All secrets that were asked for so far. */
    public List<String> secrets() {
        return given.values().stream().map(Redacted::reveal).toList();
    }

    @Override
    public Stack stack() {
        return assembly.stack();
    }

    @Override
    public Address listen(String member, String name) {
        return new Address("127.0.0.1", port);
    }

    @Override
    public Address inside(String member, String name) {
        return new Address("127.0.0.1", port);
    }

    @Override
    public Address outside(String member, String name) {
        return new Address("127.0.0.1", port);
    }

    /** Letters and digits like a real one, the same for the same name. */
    @Override
    public Redacted secret(SecretRef secret) {
        return given.computeIfAbsent(
                secret.toString(),
                name -> new Redacted(
                        String.format(Locale.ROOT, "Fake%08xSecret%08x", name.hashCode(), ~name.hashCode())));
    }

    @Override
    public String authorityFile() {
        return authorityFile;
    }

    @Override
    public List<Scrape> scrapes() {
        return assembly.scrapes();
    }

    @Override
    public List<AlertRules> alerts() {
        return assembly.alerts();
    }
}
