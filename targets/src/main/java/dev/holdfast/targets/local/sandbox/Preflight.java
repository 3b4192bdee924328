package dev.holdfast.targets.local.sandbox;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.image.Architecture;
import dev.holdfast.targets.local.image.Image;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Finds out by trying which way into an image this machine allows, and when none, which setting is in the way. */
public final class Preflight {
    private static final int SECONDS = 20;

    private final Architecture architecture;
    private final JavaRuntime java;
    private final Path kernel;
    private final boolean root;

    /** {@code root} says whether this process is root. */
    public Preflight(Architecture architecture, JavaRuntime java, boolean root) {
        this(architecture, java, root, Path.of("/proc/sys"));
    }

    Preflight(Architecture architecture, JavaRuntime java, boolean root, Path kernel) {
        this.architecture = architecture;
        this.java = java;
        this.root = root;
        this.kernel = kernel;
    }

    /** A sandbox that was just seen to work with this image; some 20 ms. */
    public Sandbox sandbox(Image image) {
        List<String> reasons = new ArrayList<>();
        for (Mode mode : root ? List.of(Mode.ROOT, Mode.USER_NAMESPACE) : List.of(Mode.USER_NAMESPACE)) {
            Sandbox sandbox = new Sandbox(mode, architecture, java);
            String words = attempt(sandbox, image);
            if (words.isEmpty()) {
                return sandbox;
            }
            reasons.add(words);
        }
        throw new HoldfastException(Problem.of(
                Code.HF3021,
                "this machine lets " + (root ? "neither root nor an ordinary user" : "an ordinary user not")
                        + " enter an engine image: " + String.join("; ", reasons),
                remedy()));
    }

    private static String attempt(Sandbox sandbox, Image image) {
        Entry nothing = Entry.once(image, List.of(), new TreeMap<>(), List.of("/usr/bin/true"));
        try {
            Process process =
                    sandbox.enter(nothing).builder().redirectErrorStream(true).start();
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                Inside.of(process.toHandle()).ifPresent(inside -> inside.init().destroyForcibly());
                process.destroyForcibly();
                return "bubblewrap did not answer within " + SECONDS + " s";
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.exitValue() == 0 ? "" : output.isEmpty() ? "exit status " + process.exitValue() : output;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private String remedy() {
        if (setting("user/max_user_namespaces").equals("0")) {
            return "Allow user namespaces with `sysctl -w user.max_user_namespaces=15000` as root, or run Holdfast as root.";
        }
        if (setting("kernel/unprivileged_userns_clone").equals("0")) {
            return "Allow user namespaces with `sysctl -w kernel.unprivileged_userns_clone=1` as root, or run Holdfast as"
                    + " root.";
        }
        if (setting("kernel/apparmor_restrict_unprivileged_userns").equals("1")) {
            return "Allow user namespaces with `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` as root, or run"
                    + " Holdfast as root.";
        }
        return "If this is a container, start it with the capability SYS_ADMIN or with a seccomp profile that allows user"
                + " namespaces; otherwise run Holdfast as root.";
    }

    private String setting(String name) {
        try {
            return Files.readString(kernel.resolve(name)).strip();
        } catch (IOException e) {
            return ""; // this kernel does not have the setting
        }
    }
}
