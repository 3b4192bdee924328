package dev.holdfast.daemon;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/** Hands what the JDK and the drivers write to {@code java.util.logging} to our own log, instead of standard error. */
final class JavaLog extends Handler {
    /** pgjdbc warns at each connection to PgBouncer's console that this is no PostgreSQL, which is so. */
    private static final String PGJDBC = "org.postgresql";

    /** The JDK holds loggers weakly: one that nobody holds forgets its level. */
    private static final Logger QUIETED = Logger.getLogger(PGJDBC);

    private JavaLog() {}

    static void toOurs() {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.WARNING);
        root.addHandler(new JavaLog());
        QUIETED.setLevel(Level.SEVERE);
    }

    @Override
    public void publish(LogRecord entry) {
        String name = String.valueOf(entry.getLoggerName());
        org.slf4j.Logger ours = LoggerFactory.getLogger(name);
        (entry.getLevel().intValue() >= Level.SEVERE.intValue() ? ours.atError() : ours.atWarn())
                .setCause(entry.getThrown())
                .log(String.valueOf(entry.getMessage()));
    }

    @Override
    public void flush() {
        // our own log writes at once
    }

    @Override
    public void close() {
        // nothing is held
    }
}
