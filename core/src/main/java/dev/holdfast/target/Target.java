package dev.holdfast.target;

import dev.holdfast.engine.Register;
import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.stack.Stack;
import java.util.List;

/** A place a stack can be carried to as files. Rendering is deterministic: the same stack and secrets, the same bytes. */
public interface Target {
    String name();

    List<Rendered> render(Stack stack, Register register, Secrets secrets);

    /** A file of the result, its path relative to the folder it is written to. */
    record Rendered(String path, String text, boolean confidential) {
        @Override
        public String toString() {
            return path + (confidential ? " (confidential)" : "");
        }
    }

    /** Where a render gets the passwords and certificates from that it writes into files of their own. */
    interface Secrets {
        Redacted secret(SecretRef secret);

        /** The same, with a length for one that is made now. */
        default Redacted secret(SecretRef secret, int length) {
            return secret(secret);
        }

        CertificateAuthority authority();

        static Secrets of(SecretStore store, CertificateAuthority authority) {
            return new Kept(store, authority);
        }
    }

    /** Kept in a store: a second render finds what the first one made. */
    record Kept(SecretStore store, CertificateAuthority authority) implements Secrets {
        @Override
        public Redacted secret(SecretRef secret) {
            return store.secret(secret);
        }

        @Override
        public Redacted secret(SecretRef secret, int length) {
            return store.secret(secret, length);
        }
    }
}
