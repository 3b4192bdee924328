package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.engines.PostgresWire;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.internal.sqlscript.FlywaySqlScriptException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What it means that the server, or Flyway, refused a file. */
final class RefusalWire {
    /** The lock was not had within the time a statement may wait for it. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final Pattern ON_TABLE = Pattern.compile(
            "(?is)create\\s+(?:unique\\s+)?index\\s+concurrently\\s+(?:if\\s+not\\s+exists\\s+)?(\\S+)\\s+on\\s+(?:only\\s+)?(\\S+?)\\s*(\\(.*|using.*)");

    private RefusalWire() {}

    static boolean isLock(Throwable failure) {
        return sql(failure)
                .map(SQLException::getSQLState)
                .filter(LOCK_NOT_AVAILABLE::equals)
                .isPresent();
    }

    /** Whether the server was no longer there to answer. */
    static boolean isGone(Throwable failure) {
        return sql(failure)
                .map(SQLException::getSQLState)
                .filter(state -> state.startsWith("08") || state.startsWith("57P"))
                .isPresent();
    }

    private static Optional<SQLException> sql(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException refusal) {
                return Optional.of(refusal);
            }
        }
        return Optional.empty();
    }

    private static Optional<FlywaySqlScriptException> script(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FlywaySqlScriptException script) {
                return Optional.of(script);
            }
        }
        return Optional.empty();
    }

    /** @param outside whether the file ran outside of a transaction, so that part of it may have been done */
    static HoldfastException of(
            MigrationPlace place, Optional<MigrationFile> at, boolean outside, RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HoldfastException told) {
                return told;
            }
        }
        String message = Optional.ofNullable(failure.getMessage()).orElse("");
        if (message.contains("both transactional and non-transactional")) {
            return of(
                    at,
                    Problem.of(
                            Code.HF3572,
                            at.map(MigrationFile::label).orElse("a migration") + " of " + place.shown()
                                    + " holds statements that PostgreSQL runs only outside of a transaction, and others that belong into one",
                            "Give CREATE INDEX CONCURRENTLY, VACUUM and their like a file of their own."),
                    failure);
        }
        Optional<SQLException> refusal = sql(failure);
        if (refusal.isEmpty()) {
            return of(
                    at,
                    Problem.of(
                            Code.HF3560,
                            at.map(MigrationFile::label).orElse("a migration") + " of " + place.shown() + " failed: "
                                    + plain(failure),
                            "Correct the file, then run holdfast migrate up again; nothing of it was done."),
                    failure);
        }
        return refused(place, at, outside, failure, refusal.get());
    }

    private static HoldfastException refused(
            MigrationPlace place,
            Optional<MigrationFile> at,
            boolean outside,
            RuntimeException failure,
            SQLException refusal) {
        String label = at.map(MigrationFile::label).orElse("a migration");
        Optional<FlywaySqlScriptException> script = script(failure);
        String statement = script.map(FlywaySqlScriptException::getStatement)
                .map(sql -> " at line " + script.get().getLineNumber() + ", '" + MigrationDiff.first(sql) + "'")
                .orElse("");
        String told = PostgresWire.firstLine(refusal) + detail(refusal);
        if (told.contains("on partitioned table") && told.contains("concurrently")) {
            return of(
                    at,
                    Problem.of(
                            Code.HF3567,
                            label + " of " + place.shown() + " builds an index concurrently on a partitioned table"
                                    + statement + ", which PostgreSQL does for its partitions only",
                            recipe(script.map(FlywaySqlScriptException::getStatement)
                                    .orElse(""))),
                    failure);
        }
        if (told.contains("would be affected by row-level security policy")) {
            return of(
                    at,
                    Problem.of(
                            Code.HF3590,
                            label + " of " + place.shown() + " meets rows of tenants" + statement
                                    + ", which are hidden from role '" + place.role()
                                    + "': it would have succeeded and changed none of them (" + told + ")",
                            hint(refusal)
                                    + (outside
                                            ? "What it did before that statement stays."
                                            : "Nothing of it was done.")),
                    failure);
        }
        String state = outside
                ? "What it did before that statement stays. Correct what stood in its way, then run holdfast migrate up again: it goes on there, and drops an index that was left invalid."
                : "Nothing of it was done. Correct the file, or what stood in its way, then run holdfast migrate up again.";
        String code = Optional.ofNullable(refusal.getSQLState()).orElse("");
        if (at.isEmpty() && (code.startsWith("28") || code.startsWith("3D"))) {
            return of(
                    at,
                    Problem.of(
                            Code.HF3502,
                            "role '" + place.role() + "', which runs the migrations of " + place.shown()
                                    + ", cannot log in: " + told,
                            "Run holdfast apply, which makes databases and roles as the stack file says."),
                    failure);
        }
        if (isGone(refusal)) {
            state = "See holdfast why " + place.service().name()
                    + ", then run holdfast migrate up again: it goes on where it stopped.";
        }
        return of(
                at,
                Problem.of(
                        Code.HF3560,
                        label + " of " + place.shown() + " failed" + statement + ": " + told + " (SQLSTATE "
                                + Optional.ofNullable(refusal.getSQLState()).orElse("none") + ")",
                        hint(refusal) + state),
                failure);
    }

    private static String detail(SQLException refusal) {
        return server(refusal)
                .map(ServerErrorMessage::getDetail)
                .map(detail -> "; " + detail.strip().replaceFirst("\\.$", ""))
                .orElse("");
    }

    private static String hint(SQLException refusal) {
        if (PostgresWire.firstLine(refusal).contains("row-level security policy for table")) {
            return "The role that runs the files is bound by the policies of tenants. Name the tenant whose rows are meant, in the file: SET LOCAL row_security = on; SELECT holdfast.set_tenant(holdfast.tenant_named('NAME')); first. For the rows of all tenants let the owner see them within the file: ALTER TABLE T NO FORCE ROW LEVEL SECURITY before the statement and ALTER TABLE T FORCE ROW LEVEL SECURITY after it. A foreign key is added NOT VALID, or between these two. ";
        }
        if ("42501".equals(refusal.getSQLState())) {
            return "Give the role what it lacks in the stack file (extensions: for an extension, owner: for a table of another role). ";
        }
        return server(refusal)
                .map(ServerErrorMessage::getHint)
                .map(hint -> hint.strip() + " ")
                .orElse("");
    }

    private static Optional<ServerErrorMessage> server(SQLException refusal) {
        return refusal instanceof PSQLException known
                ? Optional.ofNullable(known.getServerErrorMessage())
                : Optional.empty();
    }

    /** How such an index is built without keeping anybody waiting. */
    private static String recipe(String statement) {
        Matcher index = ON_TABLE.matcher(statement.strip());
        String name = index.matches() ? index.group(1) : "NAME";
        String table = index.matches() ? index.group(2) : "PARENT";
        String rest = index.matches() ? index.group(3).strip().replaceFirst(";$", "") : "(COLUMN)";
        return "Write it in three steps, the second in files of their own: (1) CREATE INDEX " + name + " ON ONLY "
                + table + " "
                + rest + "; (2) for each partition P: CREATE INDEX CONCURRENTLY P_" + name + " ON P " + rest
                + "; (3) for each: ALTER INDEX " + name + " ATTACH PARTITION P_" + name
                + ";. After the last the parent's index is valid.";
    }

    private static String plain(RuntimeException failure) {
        if (failure instanceof FlywayException) {
            return Optional.ofNullable(failure.getMessage())
                    .orElse("no message")
                    .strip()
                    .replaceAll("\\s*\\R\\s*", " ");
        }
        return String.valueOf(failure.getMessage());
    }

    private static HoldfastException of(Optional<MigrationFile> at, Problem problem, RuntimeException failure) {
        return new HoldfastException(
                at.map(file -> problem.at(new Position(file.path().toString(), 1, 1)))
                        .orElse(problem),
                failure);
    }
}
