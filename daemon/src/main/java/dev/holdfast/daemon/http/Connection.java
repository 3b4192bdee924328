package dev.holdfast.daemon.http;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client, one request, one answer. */
final class Connection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final SocketChannel channel;
    private final Server.Handler handler;
    private final Limits limits;
    private final ScheduledExecutorService timer;

    Connection(SocketChannel channel, Server.Handler handler, Limits limits, ScheduledExecutorService timer) {
        this.channel = channel;
        this.handler = handler;
        this.limits = limits;
        this.timer = timer;
    }

    SocketChannel channel() {
        return channel;
    }

    void serve(boolean full) {
        try {
            switch (read()) {
                case RequestReader.Outcome.Silent() -> {}
                case RequestReader.Outcome.Refused(int status, String cause) -> {
                    write(status, List.of(Request.misunderstood(cause)));
                    drain();
                }
                case RequestReader.Outcome.Read(Request request) -> {
                    if (full) {
                        write(503, List.of(busy()));
                    } else {
                        answer(request);
                    }
                }
            }
        } catch (ClosedChannelException gone) {
            LOG.atDebug().log("a client went away or was too slow");
        } catch (IOException gone) {
            LOG.atDebug().addKeyValue("cause", gone.getMessage()).log("a client went away");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closing with bytes unread would reset the connection and take the answer from the client. */
    private void drain() throws IOException {
        channel.shutdownOutput();
        ScheduledFuture<?> deadline = closeAfter(limits.request());
        try {
            ByteBuffer discarded = ByteBuffer.allocate(8 << 10);
            long left = 4L * limits.bodyBytes();
            for (int read = 0; read >= 0 && left > 0; left -= read) {
                read = channel.read(discarded.clear());
            }
        } finally {
            deadline.cancel(false);
        }
    }

    private RequestReader.Outcome read() throws IOException {
        ScheduledFuture<?> deadline = closeAfter(limits.request());
        try {
            return new RequestReader(channel, limits).read();
        } finally {
            deadline.cancel(false);
        }
    }

    private void answer(Request request) throws IOException, InterruptedException {
        Reply reply;
        try {
            reply = handler.handle(request);
        } catch (HoldfastException refused) {
            write(ProblemJson.status(refused.problems().getFirst()), refused.problems());
            return;
        } catch (RuntimeException mistake) {
            List<Problem> bug = bug(request, mistake);
            write(500, bug);
            return;
        }
        switch (reply) {
            case Reply.Whole(int status, String type, String body) -> write(status, type, body);
            case Reply.Farewell(Reply.Whole(int status, String type, String body), Runnable after) -> {
                try {
                    write(status, type, body);
                } finally {
                    // also where the client did not wait for its answer
                    after.run();
                }
            }
            case Reply.Lines(Reply.Body body) -> stream(request, body);
        }
    }

    private void stream(Request request, Reply.Body body) throws IOException, InterruptedException {
        send("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n");
        Live live = new Live();
        Thread watch = Thread.ofVirtual().name("api-client-watch").start(live::watch);
        try {
            body.run(live);
        } catch (HoldfastException failed) {
            live.send(failed(failed.problems()));
        } catch (RuntimeException mistake) {
            live.send(failed(bug(request, mistake)));
        } finally {
            close();
            watch.interrupt();
        }
    }

    private static Json failed(List<Problem> problems) {
        return Json.object()
                .put("event", "failed")
                .put("exitStatus", ProblemJson.exitStatus(problems))
                .put("problems", ProblemJson.list(problems))
                .build();
    }

    private static List<Problem> bug(Request request, RuntimeException mistake) {
        LOG.atError()
                .setCause(mistake)
                .addKeyValue("method", request.method())
                .addKeyValue("path", request.path())
                .log("a request failed by a mistake of ours");
        return List.of(Problem.of(
                Code.HF9001,
                "the daemon failed at " + request.method() + " /" + String.join("/", request.path()) + ": " + mistake,
                "Please report this with the end of the daemon's log."));
    }

    private Problem busy() {
        return Problem.of(
                Code.HF3202,
                "the daemon serves " + limits.connections() + " clients already",
                "End some of the commands that follow logs or watch the status, then run this one again.");
    }

    private void write(int status, List<Problem> problems) throws IOException {
        write(status, "application/json", ProblemJson.body(problems).compact());
    }

    private void write(int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        send("HTTP/1.1 " + status + " " + (status == 200 ? "OK" : "Refused") + "\r\nContent-Type: " + type
                + "\r\nContent-Length: " + bytes.length + "\r\nConnection: close\r\n\r\n" + body);
    }

    private synchronized void send(String text) throws IOException {
        ScheduledFuture<?> deadline = closeAfter(limits.write());
        try {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } finally {
            deadline.cancel(false);
        }
    }

    /** A Unix-domain channel knows no time limit; closing it ends whatever waits on it. */
    private ScheduledFuture<?> closeAfter(Duration limit) {
        return timer.schedule(this::close, limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failed) {
            LOG.atDebug().setCause(failed).log("a connection did not close");
        }
    }

    private final class Live implements Events {
        private final CompletableFuture<Void> gone = new CompletableFuture<>();

        /** The client has nothing more to say, so the first thing to come is its end. */
        void watch() {
            try {
                ByteBuffer nothing = ByteBuffer.allocate(64);
                while (channel.read(nothing.clear()) >= 0) {
                    // whatever it says is not part of the protocol
                }
            } catch (IOException cut) {
                LOG.atTrace().log("a client was cut");
            } finally {
                gone.complete(null);
            }
        }

        @Override
        public void send(Json event) {
            if (isGone()) {
                return;
            }
            try {
                Connection.this.send(event.compact() + "\n");
            } catch (IOException cut) {
                gone.complete(null);
            }
        }

        @Override
        public CompletableFuture<Void> gone() {
            return gone;
        }
    }
}
