package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Installation;
import dev.holdfast.testing.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the scenarios of a run find the product and what they share. */
final class Places {
    private Places() {}

    static Path root() {
        return Checkout.root();
    }

    static Path launcher() {
        return root().resolve("holdfast");
    }

    static Path cache() {
        return Checkout.engineCache();
    }

    /** A fresh installation in a folder of its own, short enough for a socket path. */
    static Installation installation(String name) {
        try {
            return new Installation(launcher(), Files.createTempDirectory("hf-" + name), cache());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path folder(Installation installation, String name) {
        return installation.home().resolve("project").resolve(name);
    }
}
