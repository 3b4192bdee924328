package dev.holdfast.target;

import dev.holdfast.engine.Register;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Stack;
import java.util.List;

/** A place a stack can be carried to as files. Rendering is deterministic: the same stack and secrets, the same bytes. */
public interface Target {
    String name();

    List<Rendered> render(Stack stack, Register register, Secrets secrets);

    /** A file of the result, its path relative to the folder it is written to. */
    record Rendered(String path, String text, boolean confidential) {}

    /** Where a render gets the passwords from that it writes into files of their own. */
    interface Secrets {
        Redacted secret(SecretRef secret);
    }
}
