package dev.holdfast.targets.local;

import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one machine without containers cannot do for a stack, each a sentence. Pure but for {@link Machine#here}. */
final class Notes {
    private Notes() {}

    /** The memory is empty where it cannot be read; {@code unlimited} says why no service can be limited. */
    record Machine(int processors, Optional<Bytes> memory, Optional<String> unlimited) {
        Machine(int processors, Optional<Bytes> memory) {
            this(processors, memory, Optional.empty());
        }

        /** Looks for limits only where the stack has something to limit. */
        static Machine here(Stack stack) {
            return new Machine(
                    Runtime.getRuntime().availableProcessors(),
                    total(),
                    hasCompute(stack)
                            ? Optional.of(Limits.here())
                                    .filter(limits -> !limits.areEnforced())
                                    .map(Limits::because)
                            : Optional.empty());
        }

        private static Optional<Bytes> total() {
            try {
                return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                        .filter(line -> line.startsWith("MemTotal:"))
                        .map(line -> new Bytes(Long.parseLong(line.replaceAll("[^0-9]", "")) * Bytes.KIBI))
                        .findFirst();
            } catch (IOException unknown) {
                return Optional.empty();
            }
        }
    }

    static List<String> of(Stack stack, Machine machine) {
        List<String> notes = new ArrayList<>();
        if (stack.services().isEmpty()) {
            return List.of();
        }
        notes.add((hasCompute(stack) && machine.unlimited().isEmpty()
                        ? "Limits of processor are enforced for services with compute: and for no others; those of storage are not"
                                + " enforced by the local target"
                        : "Limits of processor and storage are not enforced by the local target")
                + "; memory is limited only as far as each engine's own settings do"
                + (hasCompute(stack) && machine.unlimited().isEmpty() ? ", with compute: by the kernel too." : "."));
        machine.unlimited()
                .filter(why -> hasCompute(stack))
                .ifPresent(why -> notes.add(
                        "Services with compute: move their settings here and are not limited, because " + why + "."));
        long memory = 0;
        for (Service<?> service : stack.services().values()) {
            memory += service.resources().memory().count();
            if (service.resources().cpu().millis() > machine.processors() * 1000L) {
                notes.add("Service " + service.name() + " asks for "
                        + service.resources().cpu() + " processors, and this machine has " + machine.processors()
                        + ".");
            }
        }
        long asked = memory;
        machine.memory()
                .filter(total -> asked > total.count())
                .ifPresent(total -> notes.add("The services ask for " + asked / Bytes.MEBI
                        + "Mi of memory together, and this machine has " + total.inMebi() + "Mi."));
        return List.copyOf(notes);
    }

    private static boolean hasCompute(Stack stack) {
        return stack.services().values().stream()
                .anyMatch(service -> service.resources().compute().isPresent());
    }
}
