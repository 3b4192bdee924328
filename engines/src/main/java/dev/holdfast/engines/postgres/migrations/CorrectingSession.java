package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.apply.Operation;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Migrations.State;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.migrations.ForeignSession.Found;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts the record of migrations right, begins it, or does away with the whole database. Runs no file. */
final class CorrectingSession {
    private final MigrationsSession session;
    private final MigrationPlace place;
    private final LedgerSession ledger;

    CorrectingSession(MigrationsSession session) {
        this.session = session;
        this.place = session.place();
        this.ledger = session.ledger();
    }

    List<String> repair(Bench bench) throws InterruptedException {
        MigrationFolder folder = place.sound();
        return session.alone(bench, () -> {
            List<String> done = new ArrayList<>();
            MigrationDiff diff = session.look(folder);
            boolean kept = ledger.hasLedger() || session.makeLedger(bench);
            if (ledger.hasHistory()) {
                failures(folder, done);
                texts(folder, diff, kept, done);
                for (HistoryRow row : diff.missing()) {
                    ledger.markDeleted(row, Operation.current().actor());
                    done.add("recorded that V" + row.version().orElseThrow() + " (" + row.script()
                            + ") has no file any more");
                }
            }
            if (done.isEmpty()) {
                done.add("nothing was to be repaired: the record of " + place.shown() + " is as its files");
            }
            return done;
        });
    }

    /** Their files run again, from the beginning. */
    private void failures(MigrationFolder folder, List<String> done) throws SQLException {
        Map<String, LedgerRow> rows = ledger.ledger();
        for (MigrationFile file : folder.files()) {
            LedgerRow row = rows.get(file.script());
            boolean open = row != null && row.isOpen();
            if (open) {
                ledger.forget(file.script());
            }
            if (ledger.forgetFailure(file.script()) > 0 || open) {
                done.add("forgot that " + file.label() + " stopped half way; it runs from its beginning next time");
            }
        }
    }

    private void texts(MigrationFolder folder, MigrationDiff diff, boolean kept, List<String> done)
            throws SQLException {
        for (MigrationFile file : folder.versioned()) {
            Optional<HistoryRow> row = diff.row(file).filter(found -> found.success() && !found.isBaseline());
            boolean differs = row.flatMap(HistoryRow::checksum)
                    .filter(checksum -> checksum != file.checksum())
                    .isPresent();
            if (differs) {
                ledger.setChecksum(row.orElseThrow(), file.checksum(), file.description());
                if (kept) {
                    ledger.done(file);
                }
                done.add("recorded " + file.label() + " as its file is now");
            }
        }
    }

    List<String> adopt(Optional<String> at, Bench bench) throws InterruptedException {
        MigrationFolder folder = place.sound();
        return session.alone(bench, () -> {
            if (ledger.hasHistory() && !ledger.history().isEmpty()) {
                return adoptFlyway(folder, at, bench);
            }
            Optional<Found> found = session.foreign().find();
            if (found.isEmpty() && at.isEmpty()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3569,
                        "no record of Flyway, Prisma, Alembic, golang-migrate, Rails, dbmate, node-pg-migrate, Knex, goose or Django is in "
                                + place.shown(),
                        "Say up to which of the files the database has come: holdfast migrate adopt " + place.shown()
                                + " --at VERSION."));
            }
            String version =
                    at.isPresent() ? asked(at.get()) : ForeignSession.version(place, folder, found.orElseThrow());
            bench.say("begins the record of " + place.shown() + " at " + version);
            if (session.makeLedger(bench) && found.isPresent()) {
                session.foreign()
                        .keep(
                                place,
                                found.get(),
                                Operation.current().id(),
                                Operation.current().actor());
            }
            session.flyway(folder)
                    .baseline(
                            version,
                            found.map(one -> "taken over from " + one.tool()).orElse("taken over"));
            List<String> done = new ArrayList<>();
            done.add("began the record of " + place.shown() + " at " + version + ": files up to V" + version
                    + " count as done, those after it run with the next holdfast migrate up");
            found.ifPresent(one -> done.add("kept " + one.entries().size() + " entries of " + one.tool()
                    + " readable in holdfast migrate status; its table " + one.table() + " is as it was"));
            return done;
        });
    }

    private static String asked(String at) {
        return MigrationVersion.parse(at.replaceFirst("^V", ""))
                .map(MigrationVersion::toString)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3573,
                        "'" + at + "' is no version",
                        "Write the version of the last file that the database has, such as --at 12.")));
    }

    /** Flyway's own record is ours: only the texts of what it ran are missing, and the files have them where checksums agree. */
    private List<String> adoptFlyway(MigrationFolder folder, Optional<String> at, Bench bench) throws SQLException {
        if (at.isPresent()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3569,
                    place.shown() + " has a record of Flyway in " + place.history() + " already",
                    "Leave --at away: what was applied is taken from that record."));
        }
        MigrationDiff diff = session.look(folder);
        if (!session.makeLedger(bench)) {
            return List.of("the record of Flyway is used as it is; nothing can be kept beside it");
        }
        Map<String, LedgerRow> rows = ledger.ledger();
        int kept = 0;
        for (MigrationFile file : folder.files()) {
            boolean same = diff.row(file)
                    .filter(row -> row.success() && !row.isBaseline())
                    .flatMap(HistoryRow::checksum)
                    .filter(checksum -> checksum == file.checksum())
                    .isPresent();
            if (same && !rows.containsKey(file.script())) {
                ledger.done(file);
                kept++;
            }
        }
        long applied = diff.entries().stream()
                .filter(entry -> entry.state() == State.APPLIED)
                .count();
        List<String> done = new ArrayList<>();
        done.add("took over the record of Flyway in " + place.history() + ": " + applied
                + " files are applied, the texts of " + kept + " are kept from now on");
        diff.problems()
                .forEach(problem -> done.add("still to be settled: "
                        + problem.cause().lines().findFirst().orElse("")));
        return done;
    }

    /** Ends everybody's connections to it. */
    static void drop(MigrationPlace place, Context context) {
        try (Connection keeper = PostgresSession.connection(place.service(), context, Declared.HOME, 0);
                Statement statement = keeper.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + Sql.name(place.database()) + " WITH (FORCE)");
        } catch (SQLException e) {
            throw PostgresSession.unreachable(place.service(), e);
        }
    }
}
