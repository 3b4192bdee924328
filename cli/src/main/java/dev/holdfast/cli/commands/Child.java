package dev.holdfast.cli.commands;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A command that is told to end when a signal ends this process, however early that comes. */
final class Child {
    /** How long it may take to end after it was told to. */
    private static final int PATIENCE_SECONDS = 10;

    private final Thread ending = new Thread(this::endWithUs);
    private Optional<Process> started = Optional.empty();
    private boolean over;

    /** Returns the status that it ended with. */
    int run(ProcessBuilder builder) throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(ending);
        Process process;
        try {
            process = start(builder);
        } catch (IOException none) {
            Runtime.getRuntime().removeShutdownHook(ending);
            throw none;
        }
        try {
            int status = process.waitFor();
            Runtime.getRuntime().removeShutdownHook(ending);
            return status;
        } catch (InterruptedException interrupted) {
            end(process);
            throw interrupted;
        } catch (IllegalStateException shuttingDown) {
            return process.exitValue();
        }
    }

    /** A signal comes before it, and it does not begin, or after it, and it is told. */
    private synchronized Process start(ProcessBuilder builder) throws IOException {
        if (over) {
            throw new IOException("this command was ended before it began");
        }
        Process process = builder.start();
        started = Optional.of(process);
        return process;
    }

    private synchronized void endWithUs() {
        over = true;
        started.ifPresent(Child::end);
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException impatient) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
