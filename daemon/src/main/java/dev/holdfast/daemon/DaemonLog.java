package dev.holdfast.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the daemon's log to its file, of which three predecessors are kept. In code and not in XML, because reading XML
 * is a third of a second of the first command's start.
 */
final class DaemonLog {
    private DaemonLog() {}

    static void to(Path file) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\"} %-5level %logger{0} %msg %kvp%n");
        encoder.start();
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(file.toString());
        NumberedLogs kept = new NumberedLogs(file, 3);
        kept.setContext(context);
        kept.setParent(appender);
        kept.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
        trigger.setContext(context);
        trigger.setMaxFileSize(FileSize.valueOf("5MB"));
        trigger.start();
        appender.setEncoder(encoder);
        appender.setRollingPolicy(kept);
        appender.setTriggeringPolicy(trigger);
        appender.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(appender);
        // a client library's own remarks on each connection are no news of ours; its warnings may be
        context.getLogger("redis.clients").setLevel(Level.WARN);
        // what it has to say reaches whoever asked, as a problem
        context.getLogger("org.flywaydb").setLevel(Level.OFF);
        JavaLog.toOurs();
    }

    /** Writes what is still to be written. */
    static void close() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }
}
