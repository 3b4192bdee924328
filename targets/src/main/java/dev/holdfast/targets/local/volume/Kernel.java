package dev.holdfast.targets.local.volume;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * The system calls for file systems that Java does not offer. They are the same on every architecture and need no program
 * on the machine; each returns what the call returned and throws a {@link Failure} where the kernel refused.
 */
@SuppressWarnings("restricted")
final class Kernel {
    static final int READ = 0;
    static final int WRITE = 1;
    static final int READ_WRITE = 2;
    private static final int CLOSE_ON_EXEC = 0x80000;

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int ENXIO = 6;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int EXDEV = 18;
    static final int EINVAL = 22;
    static final int ENOTTY = 25;
    static final int ENOSPC = 28;
    static final int EOPNOTSUPP = 95;

    private static final int HERE = -100;
    private static final int EXCHANGE = 2;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle OPEN = handle("open", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle IOCTL = handle(
            "ioctl", FunctionDescriptor.of(INT, INT, LONG, ValueLayout.ADDRESS), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL_NUMBER =
            handle("ioctl", FunctionDescriptor.of(INT, INT, LONG, LONG), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SEEK = handle("lseek", FunctionDescriptor.of(LONG, INT, LONG, INT));
    private static final MethodHandle MOUNT = handle(
            "mount",
            FunctionDescriptor.of(
                    INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS, LONG, ValueLayout.ADDRESS));
    private static final MethodHandle UNMOUNT = handle("umount2", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle RENAME =
            handle("renameat2", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle SYNC = handle("syncfs", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle ALLOCATE = handle("fallocate", FunctionDescriptor.of(INT, INT, INT, LONG, LONG));
    private static final MethodHandle ATTRIBUTES =
            handle("llistxattr", FunctionDescriptor.of(LONG, ValueLayout.ADDRESS, ValueLayout.ADDRESS, LONG));
    private static final MethodHandle WORDS = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(ValueLayout.ADDRESS, INT));

    private Kernel() {}

    /** What the kernel answered in place of doing it. */
    static final class Failure extends IOException {
        private static final long serialVersionUID = 1;
        private final int errno;

        Failure(String what, int errno) {
            super(what + ": " + words(errno));
            this.errno = errno;
        }

        int errno() {
            return errno;
        }
    }

    /** An open file of this process; to be closed. */
    record Descriptor(int number, Path path) implements AutoCloseable {
        @Override
        public void close() {
            try {
                // nothing was written that a failing close could lose: the kernel writes through other calls
                int ignored = (int) call(CLOSE, number);
                assert ignored <= 0;
            } catch (Failure impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    static Descriptor open(Path path, int flags) throws Failure {
        try (Arena arena = Arena.ofConfined()) {
            return new Descriptor(
                    (int) checked("open " + path, OPEN, arena.allocateFrom(path.toString()), flags | CLOSE_ON_EXEC),
                    path);
        }
    }

    static int control(Descriptor descriptor, String what, long request, MemorySegment argument) throws Failure {
        return (int) checked(what + " " + descriptor.path(), IOCTL, descriptor.number(), request, argument);
    }

    static int control(Descriptor descriptor, String what, long request, long argument) throws Failure {
        return (int) checked(what + " " + descriptor.path(), IOCTL_NUMBER, descriptor.number(), request, argument);
    }

    /** Where the next bytes are that are no hole, from that place on; -1 where only a hole is left. */
    static long data(Descriptor descriptor, long from) throws Failure {
        return seek(descriptor, from, SEEK_DATA);
    }

    static long hole(Descriptor descriptor, long from) throws Failure {
        return seek(descriptor, from, SEEK_HOLE);
    }

    private static long seek(Descriptor descriptor, long from, int whence) throws Failure {
        try {
            return checked("seek in " + descriptor.path(), SEEK, descriptor.number(), from, whence);
        } catch (Failure failure) {
            if (failure.errno() == ENXIO) {
                return -1;
            }
            throw failure;
        }
    }

    /** Has the file own that many bytes of the disk. */
    static void allocate(Descriptor descriptor, long bytes) throws Failure {
        checked("make room for " + descriptor.path(), ALLOCATE, descriptor.number(), 0, 0L, bytes);
    }

    static void mount(Path device, Path at, String type, long flags, String options) throws Failure {
        try (Arena arena = Arena.ofConfined()) {
            checked(
                    "mount " + device + " at " + at,
                    MOUNT,
                    arena.allocateFrom(device.toString()),
                    arena.allocateFrom(at.toString()),
                    arena.allocateFrom(type),
                    flags,
                    arena.allocateFrom(options));
        }
    }

    static void unmount(Path at) throws Failure {
        try (Arena arena = Arena.ofConfined()) {
            checked("unmount " + at, UNMOUNT, arena.allocateFrom(at.toString()), 0);
        }
    }

    /** Whether the file has extended attributes of any kind; not where its file system has none. */
    static boolean hasAttributes(Path file) throws Failure {
        try (Arena arena = Arena.ofConfined()) {
            return checked(
                            "list attributes of " + file,
                            ATTRIBUTES,
                            arena.allocateFrom(file.toString()),
                            MemorySegment.NULL,
                            0L)
                    > 0;
        } catch (Failure failure) {
            if (failure.errno() == EOPNOTSUPP) {
                return false;
            }
            throw failure;
        }
    }

    /** Has the two change places in one step. */
    static void exchange(Path one, Path other) throws Failure {
        try (Arena arena = Arena.ofConfined()) {
            checked(
                    "exchange " + one + " and " + other,
                    RENAME,
                    HERE,
                    arena.allocateFrom(one.toString()),
                    HERE,
                    arena.allocateFrom(other.toString()),
                    EXCHANGE);
        }
    }

    /** Everything written so far to the file system of that folder is on its disk when this returns. */
    static void sync(Path folder) throws Failure {
        try (Descriptor open = open(folder, READ)) {
            checked("write out " + folder, SYNC, open.number());
        }
    }

    static String words(int errno) {
        try {
            MemorySegment text = (MemorySegment) WORDS.invokeExact(errno);
            return text.reinterpret(256).getString(0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static long checked(String what, MethodHandle handle, Object... arguments) throws Failure {
        long result = call(handle, arguments);
        if (result < 0) {
            throw new Failure(what, (int) -result);
        }
        return result;
    }

    /** What it returned, or the negative error number. */
    private static long call(MethodHandle handle, Object... arguments) throws Failure {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            Object[] all = new Object[arguments.length + 1];
            all[0] = state;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            long result = ((Number) handle.invokeWithArguments(all)).longValue();
            return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        all[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(options, 0, all, 1, options.length);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, all);
    }
}
