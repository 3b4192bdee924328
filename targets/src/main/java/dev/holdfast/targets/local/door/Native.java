package dev.holdfast.targets.local.door;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** The socket calls that Java keeps to itself: a descriptor as a number, and its way from one process to another. */
@SuppressWarnings("restricted")
final class Native {
    static final int READABLE = 1;
    static final int WRITABLE = 4;

    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int STREAM_CLOSED_ON_EXEC = 1 | 0_2000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SCM_RIGHTS = 1;
    private static final int NO_SIGNAL = 0x4000;
    private static final int CLOSE_ON_EXEC = 0x40000000;
    private static final int AT_ONCE = 0x40;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 0_4000;
    private static final int O_PATH = 0_10000000 | 0_2000000;
    private static final int INTERRUPTED = 4;
    private static final int LOOPBACK = 0x0100007F;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle SOCKET = handle("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    private static final MethodHandle BIND = handle("bind", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle LISTEN = handle("listen", FunctionDescriptor.of(INT, INT, INT));
    private static final MethodHandle ACCEPT =
            handle("accept4", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, INT));
    private static final MethodHandle SET_OPTION =
            handle("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle SEND =
            handle("sendmsg", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle RECEIVE =
            handle("recvmsg", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle READ =
            handle("read", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG));
    private static final MethodHandle WRITE =
            handle("send", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, INT));
    private static final MethodHandle POLL = handle("poll", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, LONG, INT));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle EVENT = handle("eventfd", FunctionDescriptor.of(INT, INT, INT));
    private static final MethodHandle CONTROL =
            handle("fcntl", FunctionDescriptor.of(INT, INT, INT, INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle OPEN = handle(
            "open", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT, INT), Linker.Option.firstVariadicArg(2));

    private Native() {}

    /** A letter that came over a Unix socket, and the descriptor that came with it. */
    record Letter(char word, Optional<Integer> descriptor) {}

    /** One call with the memory for its arguments; a negative answer becomes an exception with its error number. */
    private interface Call {
        long with(MemorySegment state, Arena arena) throws Throwable;
    }

    /** Bound to the loopback address and not listening yet. */
    static int tcp(int port) throws IOException {
        int socket = (int)
                made("socket", (state, arena) -> (int) SOCKET.invokeExact(state, AF_INET, STREAM_CLOSED_ON_EXEC, 0));
        try {
            made("setsockopt", (state, arena) -> {
                MemorySegment one = arena.allocateFrom(INT, 1);
                return (int) SET_OPTION.invokeExact(state, socket, SOL_SOCKET, SO_REUSEADDR, one, 4);
            });
            made("bind", (state, arena) -> {
                MemorySegment address = arena.allocate(16, 4);
                address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
                address.set(ValueLayout.JAVA_BYTE, 2, (byte) (port >> 8));
                address.set(ValueLayout.JAVA_BYTE, 3, (byte) port);
                address.set(INT, 4, LOOPBACK);
                return (int) BIND.invokeExact(state, socket, address, 16);
            });
            return socket;
        } catch (IOException cannot) {
            close(socket);
            throw cannot;
        }
    }

    /** Listens; what connections wait already stay. */
    static void listen(int socket, int backlog) throws IOException {
        made("listen", (state, arena) -> (int) LISTEN.invokeExact(state, socket, backlog));
    }

    /** Listens at a name in the folder, whose path may be longer than an address can be. */
    static int unix(Path folder, String name) throws IOException {
        int socket = (int)
                made("socket", (state, arena) -> (int) SOCKET.invokeExact(state, AF_UNIX, STREAM_CLOSED_ON_EXEC, 0));
        try {
            int place = (int) made("open", (state, arena) ->
                    (int) OPEN.invokeExact(state, arena.allocateFrom(folder.toString()), O_PATH, 0));
            try {
                made("bind", (state, arena) -> {
                    byte[] path = ("/proc/self/fd/" + place + "/" + name).getBytes(StandardCharsets.UTF_8);
                    MemorySegment address = arena.allocate(110, 4);
                    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
                    MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
                    return (int) BIND.invokeExact(state, socket, address, 110);
                });
            } finally {
                close(place);
            }
            listen(socket, 128);
            return socket;
        } catch (IOException cannot) {
            close(socket);
            throw cannot;
        }
    }

    /** The next connection; empty where none waits. The socket must not block. */
    static Optional<Integer> accept(int socket) {
        try {
            return Optional.of((int) made("accept", (state, arena) -> (int) ACCEPT.invokeExact(
                    state, socket, MemorySegment.NULL, MemorySegment.NULL, STREAM_CLOSED_ON_EXEC & ~1)));
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    static void blocking(int socket, boolean blocks) throws IOException {
        int flags = blocks ? 0 : O_NONBLOCK;
        made("fcntl", (state, arena) -> (int) CONTROL.invokeExact(state, socket, F_SETFL, flags));
    }

    static void send(int socket, char word, Optional<Integer> given) throws IOException {
        made("sendmsg", (state, arena) -> {
            Message message = Message.of(arena, word);
            given.ifPresent(message::give);
            return (long) SEND.invokeExact(state, socket, message.header(), NO_SIGNAL);
        });
    }

    /** What waits there; empty where nothing does or the other side has gone. */
    static Optional<Letter> receive(int socket) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Message message = Message.of(arena, ' ');
            message.expect();
            long count = made("recvmsg", (state, any) ->
                    (long) RECEIVE.invokeExact(state, socket, message.header(), CLOSE_ON_EXEC | AT_ONCE));
            return count == 1 ? Optional.of(new Letter(message.word(), message.taken())) : Optional.empty();
        }
    }

    /** Waits until one of them has what is asked of it; which have. */
    static boolean[] poll(int[] descriptors, short events, int milliseconds) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entries = arena.allocate(8L * Math.max(1, descriptors.length), 4);
            for (int i = 0; i < descriptors.length; i++) {
                entries.set(INT, 8L * i, descriptors[i]);
                entries.set(ValueLayout.JAVA_SHORT, 8L * i + 4, events);
            }
            made("poll", (state, any) ->
                    (int) POLL.invokeExact(state, entries, (long) descriptors.length, milliseconds));
            boolean[] found = new boolean[descriptors.length];
            for (int i = 0; i < descriptors.length; i++) {
                found[i] = entries.get(ValueLayout.JAVA_SHORT, 8L * i + 6) != 0;
            }
            return found;
        }
    }

    /** A number of bytes, 0 at the end. */
    static int read(int descriptor, byte[] into, int from, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length);
            long count =
                    made("read", (state, any) -> (long) READ.invokeExact(state, descriptor, buffer, (long) length));
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, into, from, (int) count);
            return (int) count;
        }
    }

    static int write(int descriptor, byte[] bytes, int from, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length);
            MemorySegment.copy(bytes, from, buffer, ValueLayout.JAVA_BYTE, 0, length);
            return (int) made("send", (state, any) ->
                    (long) WRITE.invokeExact(state, descriptor, buffer, (long) length, NO_SIGNAL));
        }
    }

    /** A counter that wakes whoever polls it; {@link #read} of 8 bytes sets it back. */
    static int event() throws IOException {
        return (int) made("eventfd", (state, arena) -> (int) EVENT.invokeExact(state, 0, O_NONBLOCK | 0_2000000));
    }

    /** Wakes whoever polls the counter. */
    static void raise(int event) throws IOException {
        made("write", (state, arena) ->
                (long) Raised.WRITE.invokeExact(state, event, arena.allocateFrom(LONG, 1L), 8L));
    }

    static void close(int descriptor) {
        try {
            made("close", (state, arena) -> (int) CLOSE.invokeExact(state, descriptor));
        } catch (IOException alreadyClosed) {
            return;
        }
    }

    private static long made(String name, Call call) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            while (true) {
                long result = call.with(state, arena);
                if (result >= 0) {
                    return result;
                }
                int error = (int) ERRNO.get(state, 0L);
                if (error != INTERRUPTED) {
                    throw new IOException(name + " failed with error " + error);
                }
            }
        } catch (IOException failed) {
            throw failed;
        } catch (Throwable mistake) {
            throw new IllegalStateException(mistake);
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... more) {
        Linker.Option[] options = new Linker.Option[more.length + 1];
        options[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(more, 0, options, 1, more.length);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
    }

    /** The plain write, which only the counter needs. */
    private static final class Raised {
        static final MethodHandle WRITE = handle("write", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG));
    }

    /** A {@code struct msghdr} for one letter and at most one descriptor, as 64-bit Linux lays it out. */
    private record Message(MemorySegment header, MemorySegment letter, MemorySegment rights) {
        private static final int RIGHTS = 24;

        static Message of(Arena arena, char word) {
            MemorySegment letter = arena.allocate(1);
            letter.set(ValueLayout.JAVA_BYTE, 0, (byte) word);
            MemorySegment part = arena.allocate(16, 8);
            part.set(ValueLayout.ADDRESS, 0, letter);
            part.set(LONG, 8, 1L);
            MemorySegment header = arena.allocate(56, 8);
            header.set(ValueLayout.ADDRESS, 16, part);
            header.set(LONG, 24, 1L);
            return new Message(header, letter, arena.allocate(RIGHTS, 8));
        }

        void expect() {
            header.set(ValueLayout.ADDRESS, 32, rights);
            header.set(LONG, 40, (long) RIGHTS);
        }

        void give(int descriptor) {
            expect();
            rights.set(LONG, 0, 20L);
            rights.set(INT, 8, SOL_SOCKET);
            rights.set(INT, 12, SCM_RIGHTS);
            rights.set(INT, 16, descriptor);
        }

        char word() {
            return (char) letter.get(ValueLayout.JAVA_BYTE, 0);
        }

        Optional<Integer> taken() {
            return header.get(LONG, 40) >= 20 && rights.get(LONG, 0) == 20 && rights.get(INT, 12) == SCM_RIGHTS
                    ? Optional.of(rights.get(INT, 16))
                    : Optional.empty();
        }
    }
}
