package dev.holdfast.targets.local;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The few system calls that Java does not offer. A process is signalled and awaited through a pidfd (Linux 5.3), which
 * stays with the process it was opened for even when the kernel gives its pid to another.
 */
@SuppressWarnings("restricted")
final class Unix {
    static final int SIGHUP = 1;
    static final int SIGKILL = 9;
    static final int SIGCONT = 18;
    static final int SIGSTOP = 19;

    private static final long PIDFD_SEND_SIGNAL = 424;
    private static final long PIDFD_OPEN = 434;
    private static final int ENOSYS = 38;
    private static final int POLLIN = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final MethodHandle SYSCALL = handle(
            "syscall",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle POLL = handle(
            "poll", FunctionDescriptor.of(ValueLayout.JAVA_INT, POINTER, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Unix() {}

    /** A descriptor of the process that has this pid now, or -1 where there is none. */
    static int open(long pid) {
        return (int) syscall(PIDFD_OPEN, pid, 0);
    }

    /** Whether the signal was delivered; false where the process has gone or belongs to somebody else. */
    static boolean signal(int descriptor, int signal) {
        return syscall(PIDFD_SEND_SIGNAL, descriptor, signal) == 0;
    }

    /** Waits for the end of the process; whether it has ended. Blocks its thread, which should be a platform thread. */
    static boolean awaitEnd(int descriptor, int milliseconds) {
        try (Arena arena = Arena.ofConfined()) {
            // struct pollfd { int fd; short events; short revents; }
            MemorySegment entry = arena.allocate(8, 4);
            entry.set(ValueLayout.JAVA_INT, 0, descriptor);
            entry.set(ValueLayout.JAVA_SHORT, 4, (short) POLLIN);
            return (int) POLL.invokeExact(entry, 1L, milliseconds) > 0;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void close(int descriptor) {
        try {
            int ignored = (int) CLOSE.invokeExact(descriptor);
            assert ignored <= 0;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Throws for the error numbers that no retry can help; ESRCH and EPERM are answers. */
    static void check(int errno) {
        if (errno == ENOSYS) {
            throw new HoldfastException(Problem.of(
                    Code.HF3115,
                    "this kernel has no pidfd_open (Linux " + System.getProperty("os.version")
                            + "), without which a signal could reach the wrong process",
                    "Run Holdfast on Linux 5.3 or newer."));
        }
    }

    private static long syscall(long number, long first, long second) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = (long) SYSCALL.invokeExact(state, number, first, second, 0L, 0L);
            if (result < 0) {
                check((int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (HoldfastException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
    }
}
