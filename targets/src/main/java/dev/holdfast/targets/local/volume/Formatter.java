package dev.holdfast.targets.local.volume;

import java.util.List;
import java.util.function.Consumer;

/** Brings the programs that make file systems. */
public interface Formatter {
    /**
     * The words before the arguments of that program, which Debian's package of the second name has. May fetch it, which
     * takes the network; {@code progress} is told of that.
     */
    List<String> program(String name, String debianPackage, Consumer<String> progress);
}
