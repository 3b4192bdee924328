package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.engines.postgres.MigrationsSpec;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.FlywayExecutor;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.resource.LoadableResource;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;

/**
 * Flyway at work on one database: it runs exactly the texts that were read, looks into no folder of its own, and asks for its lock
 * without a transaction, so that an index can be built concurrently beside it.
 */
final class FlywaySession {
    private static final int LOCK_RETRIES = 3600;

    private final MigrationsSpec spec;
    private final MigrationFolder folder;
    private final Opener opener;
    private final String installedBy;

    FlywaySession(MigrationsSpec spec, MigrationFolder folder, Opener opener, String installedBy) {
        this.spec = spec;
        this.folder = folder;
        this.opener = opener;
        this.installedBy = installedBy;
    }

    /** Opens a connection as the role that runs the files. */
    public interface Opener {
        Connection open() throws SQLException;
    }

    /** Hears of each file on the connection it runs on. */
    interface Each {
        void before(MigrationFile file, Connection connection) throws SQLException;

        /** Still within the file's transaction, where it has one. */
        void after(MigrationFile file, Connection connection) throws SQLException;
    }

    /** Runs what is pending up to and with that version; of a run to a version, what is repeatable waits for the last. */
    void migrate(Optional<String> to, Each each) {
        FluentConfiguration configuration = configuration().callbacks(new Heard(folder, each));
        to.ifPresent(version -> configuration.target(MigrationVersion.fromVersion(version)));
        new FlywayExecutor(configuration)
                .execute(
                        (files, history, database, schema, schemas, callbacks, interceptor) -> {
                            new PendingSession(files, history, database, schema, configuration, callbacks).run();
                            return true;
                        },
                        true,
                        null);
    }

    /** Begins the record at that version: what is at or below it will never run. */
    void baseline(String version, String description) {
        configuration()
                .baselineVersion(version)
                .baselineDescription(description)
                .load()
                .baseline();
    }

    private FluentConfiguration configuration() {
        FluentConfiguration configuration = Flyway.configure(FlywaySession.class.getClassLoader())
                .loggers("slf4j")
                .dataSource(new Source(opener))
                .resourceProvider(new Texts(folder))
                .locations(new String[0])
                .defaultSchema(spec.schema())
                .table(spec.table())
                .createSchemas(false)
                .cleanDisabled(true)
                // whether a database with tables and no record may be run on is judged before Flyway is asked
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .validateOnMigrate(false)
                .validateMigrationNaming(false)
                .outOfOrder(spec.outOfOrder())
                .placeholders(Map.copyOf(spec.placeholders()))
                .lockRetryCount(LOCK_RETRIES)
                .installedBy(installedBy);
        Optional.ofNullable(configuration.getConfigurationExtension(PostgreSQLConfigurationExtension.class))
                .ifPresent(extension -> extension.setTransactionalLock(false));
        return configuration;
    }

    /** What Flyway tells while it runs. */
    private static final class Heard implements Callback {
        private final Map<String, MigrationFile> byScript = new LinkedHashMap<>();
        private final Each each;

        Heard(MigrationFolder folder, Each each) {
            folder.files().forEach(file -> byScript.put(file.script(), file));
            this.each = each;
        }

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.BEFORE_EACH_MIGRATE || event == Event.AFTER_EACH_MIGRATE;
        }

        @Override
        public boolean canHandleInTransaction(Event event, Context context) {
            return true;
        }

        @Override
        public void handle(Event event, Context context) {
            MigrationFile file = byScript.get(context.getMigrationInfo().getScript());
            if (file == null) {
                return;
            }
            try {
                if (event == Event.BEFORE_EACH_MIGRATE) {
                    each.before(file, context.getConnection());
                } else {
                    each.after(file, context.getConnection());
                }
            } catch (SQLException e) {
                throw new Unrecorded(e);
            }
        }

        @Override
        public String getCallbackName() {
            return "holdfast";
        }
    }

    /** The server refused what was to be written about a file. */
    static final class Unrecorded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unrecorded(SQLException cause) {
            super(cause);
        }
    }

    /** The files as Flyway asks for them: by the beginning and the end of a name. */
    private record Texts(MigrationFolder folder) implements ResourceProvider {
        @Override
        public @org.jspecify.annotations.Nullable LoadableResource getResource(String name) {
            return all().stream()
                    .filter(one -> one.getRelativePath().equals(name))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
            return all().stream()
                    .filter(one -> one.getFilename().startsWith(prefix))
                    .filter(one -> List.of(suffixes).stream()
                            .anyMatch(suffix -> one.getFilename().endsWith(suffix)))
                    .toList();
        }

        private List<LoadableResource> all() {
            List<LoadableResource> all = new ArrayList<>();
            for (MigrationFile file : folder.files()) {
                all.add(new Text(file.script(), file.text()));
                file.settings().ifPresent(settings -> all.add(new Text(file.script() + ".conf", settings)));
            }
            folder.callbacks().forEach((script, text) -> all.add(new Text(script, text)));
            return all;
        }
    }

    private static final class Text extends LoadableResource {
        private final String script;
        private final String text;

        Text(String script, String text) {
            this.script = script;
            this.text = text;
        }

        @Override
        public Reader read() {
            return new StringReader(text);
        }

        @Override
        public String getAbsolutePath() {
            return script;
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return script;
        }

        @Override
        public String getFilename() {
            return script.substring(script.lastIndexOf('/') + 1);
        }

        @Override
        public String getRelativePath() {
            return script;
        }
    }

    /** Flyway takes connections from nothing else. */
    private record Source(Opener opener) implements DataSource {
        @Override
        public Connection getConnection() throws SQLException {
            return opener.open();
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            throw new SQLFeatureNotSupportedException("the role is not Flyway's to choose");
        }

        @Override
        public @org.jspecify.annotations.Nullable PrintWriter getLogWriter() {
            return null;
        }

        @Override
        public void setLogWriter(@org.jspecify.annotations.Nullable PrintWriter writer) {}

        @Override
        public void setLoginTimeout(int seconds) {}

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() throws SQLFeatureNotSupportedException {
            throw new SQLFeatureNotSupportedException("this source has no logger");
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLException("nothing is wrapped");
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
