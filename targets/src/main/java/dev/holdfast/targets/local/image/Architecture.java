package dev.holdfast.targets.local.image;

import dev.holdfast.problem.Code;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The machines Debian builds the engines for and Holdfast runs them on. */
public enum Architecture {
    AMD64("amd64", "x86_64-linux-gnu", "lib64/ld-linux-x86-64.so.2"),
    ARM64("aarch64", "aarch64-linux-gnu", "lib/ld-linux-aarch64.so.1");

    private final String java;
    private final String triplet;
    private final String loader;

    Architecture(String java, String triplet, String loader) {
        this.java = java;
        this.triplet = triplet;
        this.loader = loader;
    }

    /** As Debian writes it. */
    public String debian() {
        return this == AMD64 ? "amd64" : "arm64";
    }

    /** The folder of libraries below {@code usr/lib}. */
    public String triplet() {
        return triplet;
    }

    /** The dynamic loader, relative to the root. */
    public String loader() {
        return loader;
    }

    /** The words before the arguments of a program of an image that is started on the machine itself, outside any sandbox. */
    public List<String> direct(Path root, String program) {
        return List.of(
                root.resolve(loader).toString(),
                "--library-path",
                root.resolve("usr/lib").resolve(triplet).toString(),
                root.resolve(program).toString());
    }

    /** By the system properties {@code os.name} and {@code os.arch}. */
    public static Architecture of(String system, String architecture) {
        return Arrays.stream(values())
                .filter(a -> system.equals("Linux")
                        && (a.java.equals(architecture) || a.debian().equals(architecture)))
                .findFirst()
                .orElseThrow(() -> Refusals.of(
                        Code.HF3009,
                        "engines cannot run on " + system + " on " + architecture,
                        "Use a Linux machine (or a virtual one) with an x86-64 or 64-bit ARM processor."));
    }
}
