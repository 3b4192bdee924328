package dev.holdfast.cli.command;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Another program in place of this process ({@code execve}). A JVM that only waited for its child would keep 60 MB for as long
 * as somebody sits in psql, and Ctrl-C, which the terminal sends to both, would end it and leave the shell behind.
 */
public final class Replacement {
    /** As large as any platform's {@code sigset_t}. */
    private static final long SIGNAL_SET_BYTES = 128;

    private static final int SET_MASK = 2;
    private static final int NOT_FOUND = 2;

    private Replacement() {}

    /** Returns only where it cannot be done, by throwing. */
    @SuppressWarnings("restricted")
    public static int by(List<String> command, Map<String, String> environment) {
        Linker linker = Linker.nativeLinker();
        StructLayout captured = Linker.Option.captureStateLayout();
        VarHandle errno = captured.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        MethodHandle execve = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("execve"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
                Linker.Option.captureCallState("errno"));
        MethodHandle mask = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("pthread_sigmask"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        List<String> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(name + "=" + value));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(captured);
            MemorySegment program = arena.allocateFrom(command.getFirst());
            MemorySegment arguments = texts(command, arena);
            MemorySegment exported = texts(variables, arena);
            // the JVM blocks signals in its threads, and a mask is inherited
            int unblocked = (int) mask.invokeExact(SET_MASK, arena.allocate(SIGNAL_SET_BYTES), MemorySegment.NULL);
            int result = unblocked != 0 ? unblocked : (int) execve.invokeExact(state, program, arguments, exported);
            throw refused(command.getFirst(), result, (int) errno.get(state, 0L));
        } catch (HoldfastException refused) {
            throw refused;
        } catch (Throwable impossible) {
            throw new IllegalStateException("execve cannot be called", impossible);
        }
    }

    private static HoldfastException refused(String program, int result, int error) {
        return new HoldfastException(Problem.of(
                Code.HF3307,
                "'" + program + "' cannot be run: "
                        + (error == NOT_FOUND ? "it is not there" : "error " + error + " (status " + result + ")"),
                "Run 'holdfast engines verify'; it says what is missing of the engine's programs."));
    }

    private static MemorySegment texts(List<String> texts, Arena arena) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, texts.size() + 1L);
        for (int at = 0; at < texts.size(); at++) {
            array.setAtIndex(ValueLayout.ADDRESS, at, arena.allocateFrom(texts.get(at)));
        }
        array.setAtIndex(ValueLayout.ADDRESS, texts.size(), MemorySegment.NULL);
        return array;
    }
}
