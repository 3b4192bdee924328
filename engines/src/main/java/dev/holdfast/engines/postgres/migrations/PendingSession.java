package dev.holdfast.engines.postgres.migrations;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationPattern;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.executor.Context;
import org.flywaydb.core.extensibility.AppliedMigration;
import org.flywaydb.core.internal.callback.CallbackExecutor;
import org.flywaydb.core.internal.command.DbBaseline;
import org.flywaydb.core.internal.database.base.Connection;
import org.flywaydb.core.internal.database.base.Database;
import org.flywaydb.core.internal.database.base.Schema;
import org.flywaydb.core.internal.info.MigrationInfoImpl;
import org.flywaydb.core.internal.info.MigrationInfoServiceImpl;
import org.flywaydb.core.internal.jdbc.ExecutionTemplateFactory;
import org.flywaydb.core.internal.resolver.CompositeMigrationResolver;
import org.flywaydb.core.internal.schemahistory.SchemaHistory;
import org.flywaydb.core.internal.util.ValidatePatternUtils;

/**
 * Flyway's parts at the work of its {@code DbMigrate}, which after each file compares all files with all entries of the history
 * anew: here that is done once, and again where somebody else has written into the history. What is pending, how a file is run,
 * what its callbacks hear and what is recorded is Flyway's own.
 */
final class PendingSession {
    /** For so long its lock is kept from file to file; whoever else runs Flyway asks for it every second. */
    private static final Duration AT_A_TIME = Duration.ofMillis(200);

    private final CompositeMigrationResolver files;
    private final SchemaHistory history;
    private final Database<?> database;
    private final Schema<?, ?> schema;
    private final Configuration configuration;
    private final CallbackExecutor<Event> callbacks;
    private final Connection<?> connection;
    private final Deque<MigrationInfoImpl> pending = new ArrayDeque<>();
    private int rank = -1;
    private int done;
    private boolean repeating;

    PendingSession(
            CompositeMigrationResolver files,
            SchemaHistory history,
            Database<?> database,
            Schema<?, ?> schema,
            Configuration configuration,
            CallbackExecutor<Event> callbacks) {
        this.files = files;
        this.history = history;
        this.database = database;
        this.schema = schema;
        this.configuration = configuration;
        this.callbacks = callbacks;
        this.connection = database.getMigrationConnection();
    }

    void run() {
        begin();
        callbacks.onMigrateOrUndoEvent(Event.BEFORE_MIGRATE);
        try {
            boolean more = true;
            while (more) {
                more = history.lock(this::some);
            }
            if (!repeating) {
                callbacks.onMigrateOrUndoEvent(Event.AFTER_VERSIONED);
            }
        } catch (FlywayException failure) {
            callbacks.onMigrateOrUndoEvent(Event.AFTER_MIGRATE_ERROR);
            throw failure;
        }
        if (done > 0) {
            callbacks.onMigrateOrUndoEvent(Event.AFTER_MIGRATE_APPLIED);
        }
        callbacks.onMigrateOrUndoEvent(Event.AFTER_MIGRATE);
    }

    /** The history table, which in a database that holds something begins with an entry that says so. */
    private void begin() {
        if (!history.exists()) {
            if (schema.exists() && !schema.empty()) {
                var _ = new DbBaseline(
                                history,
                                configuration.getBaselineVersion(),
                                configuration.getBaselineDescription(),
                                callbacks,
                                database)
                        .baseline();
            }
            history.create(false);
        }
    }

    /** Runs files until others may want the lock; whether there are more. */
    private boolean some() {
        long end = System.nanoTime() + AT_A_TIME.toNanos();
        List<AppliedMigration> applied = history.allAppliedMigrations();
        int newest = applied.isEmpty() ? 0 : applied.getLast().getInstalledRank();
        if (newest != rank) {
            look();
            rank = newest;
        }
        while (!pending.isEmpty()) {
            apply(pending.removeFirst());
            rank++;
            if (System.nanoTime() > end) {
                return true;
            }
        }
        return false;
    }

    private void look() {
        MigrationInfoServiceImpl seen = new MigrationInfoServiceImpl(
                files,
                history,
                database,
                configuration,
                configuration.getTarget(),
                configuration.isOutOfOrder(),
                ValidatePatternUtils.getIgnoreAllPattern(),
                new MigrationPattern[0]);
        seen.refresh();
        for (MigrationInfoImpl failed : seen.failed()) {
            throw new FlywayException("the history holds a failed entry of " + failed.getScript());
        }
        pending.clear();
        pending.addAll(List.of(seen.pending()));
    }

    private void apply(MigrationInfoImpl file) {
        long begin = System.nanoTime();
        if (file.canExecuteInTransaction()) {
            ExecutionTemplateFactory.createExecutionTemplate(connection.getJdbcConnection(), database)
                    .execute(() -> {
                        execute(file);
                        record(file, begin, true);
                        return true;
                    });
        } else {
            try {
                execute(file);
            } catch (FlywayException failure) {
                record(file, begin, false);
                throw failure;
            }
            record(file, begin, true);
        }
        done++;
    }

    private void execute(MigrationInfoImpl file) {
        if (!repeating && file.getVersion() == null) {
            callbacks.onMigrateOrUndoEvent(Event.AFTER_VERSIONED);
            callbacks.onMigrateOrUndoEvent(Event.BEFORE_REPEATABLES);
            repeating = true;
        }
        connection.restoreOriginalState();
        connection.changeCurrentSchemaTo(schema);
        try {
            callbacks.setMigrationInfo(file);
            callbacks.onEachMigrateOrUndoEvent(Event.BEFORE_EACH_MIGRATE);
            try {
                var _ = file.getResolvedMigration().getExecutor().execute(new OnConnection(configuration, connection));
            } catch (FlywayException failure) {
                callbacks.onEachMigrateOrUndoEvent(Event.AFTER_EACH_MIGRATE_ERROR);
                throw failure;
            } catch (SQLException failure) {
                callbacks.onEachMigrateOrUndoEvent(Event.AFTER_EACH_MIGRATE_ERROR);
                throw new FlywayException(failure);
            }
            callbacks.onEachMigrateOrUndoEvent(Event.AFTER_EACH_MIGRATE);
        } finally {
            callbacks.setMigrationInfo(null);
        }
    }

    private void record(MigrationInfoImpl file, long begin, boolean success) {
        history.addAppliedMigration(
                file.getVersion(),
                file.getDescription(),
                file.getType(),
                file.getScript(),
                file.getResolvedMigration().getChecksum(),
                (int) Duration.ofNanos(System.nanoTime() - begin).toMillis(),
                success);
    }

    private record OnConnection(Configuration configuration, Connection<?> connection) implements Context {
        @Override
        public Configuration getConfiguration() {
            return configuration;
        }

        @Override
        public java.sql.Connection getConnection() {
            return connection.getJdbcConnection();
        }
    }
}
