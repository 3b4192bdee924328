package dev.holdfast.targets.compose;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.ObjectStore;
import dev.holdfast.engine.Scrape;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Reference;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.Assembly;
import dev.holdfast.target.Target;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A member is reached inside by its own name and its standard port, outside on the loopback address only. */
final class ComposeContext implements Context {
    static final String AUTHORITY_FILE = "ca.crt";

    private final Assembly assembly;
    private final PublishedPorts ports;
    private final Target.Secrets secrets;
    private final Map<SecretRef, Redacted> handedOut = new HashMap<>();

    ComposeContext(Assembly assembly, PublishedPorts ports, Target.Secrets secrets) {
        this.assembly = assembly;
        this.ports = ports;
        this.secrets = secrets;
    }

    @Override
    public Stack stack() {
        return assembly.stack();
    }

    @Override
    public Address listen(String member, String port) {
        return new Address("0.0.0.0", ports.standard(member, port));
    }

    @Override
    public Address inside(String member, String port) {
        return new Address(member, ports.standard(member, port));
    }

    @Override
    public Address outside(String member, String port) {
        return new Address("127.0.0.1", ports.published(member, port));
    }

    @Override
    public Redacted secret(SecretRef secret) {
        return handedOut.computeIfAbsent(secret, secrets::secret);
    }

    @Override
    public Redacted secret(SecretRef secret, int length) {
        return handedOut.computeIfAbsent(secret, ref -> secrets.secret(ref, length));
    }

    @Override
    public ObjectStore.Bucket bucket(Reference reference) {
        return assembly.bucket(reference, this);
    }

    @Override
    public String authorityFile() {
        return AUTHORITY_FILE;
    }

    @Override
    public List<Scrape> scrapes() {
        return assembly.scrapes();
    }

    @Override
    public List<AlertRules> alerts() {
        return assembly.alerts();
    }

    /** All that any engine asked for, so that the result can be searched for them. */
    Map<SecretRef, Redacted> handedOut() {
        return Collections.unmodifiableMap(handedOut);
    }
}
