package dev.holdfast.engines.postgres.copying;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.BringingHome;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.PostgresWire.Door;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.copying.HomeSession.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** By pg_dump and pg_restore, the one's output the other's input: nothing is kept on a disk between the two. */
public final class PostgresBringingHome implements BringingHome<PostgresSpec> {
    private static final Duration PATIENCE = Duration.ofHours(24);
    private static final long MOST_UNASKED = 10 * Bytes.GIBI;
    private static final int MOST_REFUSALS = 10;
    private static final String REFUSED = "pg_restore: error: could not execute query: ";

    @Override
    public Service<PostgresSpec> home(Service<PostgresSpec> elsewhere) {
        PostgresSpec spec = elsewhere.settings();
        return new Service<>(
                elsewhere.name(),
                elsewhere.engine(),
                elsewhere.version(),
                elsewhere.resources(),
                new PostgresSpec(
                        spec.standbys(),
                        spec.replication(),
                        spec.extensions(),
                        Optional.empty(),
                        spec.databases(),
                        spec.roles(),
                        spec.allow(),
                        spec.passwords(),
                        Optional.empty(),
                        Optional.empty(),
                        spec.parameters()),
                elsewhere.parent(),
                elsewhere.positions());
    }

    @Override
    public Brought bring(Service<PostgresSpec> elsewhere, String database, Rows rows, Context from, Bench to)
            throws InterruptedException {
        HomeSession.Seen seen = HomeSession.look(elsewhere, from, database);
        requireVersion(elsewhere, seen);
        if (rows == Rows.FEW) {
            requireFew(elsewhere, database, seen);
        }
        Service<PostgresSpec> home = home(elsewhere);
        String owner = Declared.of(home, PostgresExtensions.known()).owner(database);
        HomeSession.prepare(home, to.context(), database, seen.keeper());
        List<String> refused = pour(elsewhere, home, database, rows, owner, seen, from, to);
        to.say("counts what is in the copy of " + database);
        HomeSession.analyze(home, to.context(), database);
        return new Brought(notes(elsewhere, rows, seen, refused));
    }

    static void requireFew(Service<?> elsewhere, String database, HomeSession.Seen seen) {
        if (seen.bytes() > MOST_UNASKED) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3544,
                            "database '" + database + "' of external service '" + elsewhere.name() + "' has "
                                    + new Bytes(Math.ceilDiv(seen.bytes(), Bytes.GIBI) * Bytes.GIBI)
                                    + ", and a copy of it comes over the network row by row",
                            "Say that it is to be copied all the same (--rows all), or that its shape alone will do (--rows none)."));
        }
    }

    static void requireVersion(Service<?> service, HomeSession.Seen seen) {
        int ours = Integer.parseInt(service.version());
        if (seen.major() > ours) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3582,
                            "external service '" + service.name() + "' runs PostgreSQL " + seen.major()
                                    + ", and copies are made here in PostgreSQL " + ours
                                    + ", which cannot take what a later one writes",
                            "Rehearse on a copy at its provider: a branch or a restored snapshot, named in another stack file as external. holdfast migrate check reads the files and needs no copy."));
        }
    }

    private static List<String> pour(
            Service<PostgresSpec> elsewhere,
            Service<PostgresSpec> home,
            String database,
            Rows rows,
            String owner,
            HomeSession.Seen seen,
            Context from,
            Bench to)
            throws InterruptedException {
        Door source = Doors.keeper(elsewhere, from, database);
        Door target = Doors.keeper(home, to.context(), database);
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                Beside.text(PostgresBringingHome.class, "bring.sh"),
                "bring",
                Doors.program(home, "pg_restore"),
                owner,
                Doors.program(home, "pg_dump"),
                "--format=custom",
                "--compress=none",
                "--no-password",
                "--no-comments",
                "--no-publications",
                "--no-subscriptions",
                "--exclude-schema=holdfast"));
        if (rows == Rows.NONE) {
            // what was run already has to be known, or all of it would be run again
            Optional<Table> record = record(elsewhere, database);
            seen.open().stream()
                    .filter(table -> !record.equals(Optional.of(table)))
                    .forEach(table -> command.add("--exclude-table-data=" + table.pattern()));
        }
        seen.hidden().forEach(table -> command.add("--exclude-table-data=" + table.pattern()));
        seen.closed().forEach(table -> command.add("--exclude-table=" + table.pattern()));
        SortedMap<String, Redacted> environment = new TreeMap<>();
        put(environment, "SOURCE_", source, source.trust().authorityFile().isEmpty() ? "" : "/tmp/source.crt");
        put(environment, "TARGET_", target, "/tls/ca.crt");
        Errand errand = new Errand(Doors.primary(home), "bring", command, environment, PATIENCE)
                .withInput(new Redacted(authority(source)));
        List<String> refused = new ArrayList<>();
        List<String> dumper = new ArrayList<>();
        to.say("copies " + database + " of " + elsewhere.name());
        Errand.Ran ran = to.run(errand, line -> {
            if (line.startsWith(REFUSED)) {
                refused.add(line.substring(REFUSED.length()).replaceFirst("^ERROR:\\s*", ""));
            } else if (line.startsWith("pg_dump: error:")) {
                dumper.add(line.substring("pg_dump: error: ".length()));
            }
        });
        if (!ran.isSuccess()) {
            throw failed(elsewhere, database, dumper.isEmpty() ? lastLine(ran.lastWords()) : String.join("; ", dumper));
        }
        return refused;
    }

    static HoldfastException failed(Service<?> elsewhere, String database, String because) {
        return new HoldfastException(Problem.of(
                Code.HF3545,
                "database '" + database + "' of external service '" + elsewhere.name() + "' could not be copied: "
                        + because,
                "Have the role of its address given what it lacks, or see holdfast doctor " + elsewhere.name()
                        + " where the way there is broken, and run the command again."));
    }

    /** Where the database keeps which of its migrations were run. */
    private static Optional<Table> record(Service<PostgresSpec> service, String database) {
        return Optional.ofNullable(service.settings().databases().get(database))
                .flatMap(one -> one.migrations())
                .map(migrations -> new Table(migrations.schema(), migrations.table()));
    }

    private static void put(SortedMap<String, Redacted> environment, String prefix, Door door, String authority) {
        environment.put(prefix + "PGHOST", new Redacted(door.address().host()));
        environment.put(
                prefix + "PGPORT", new Redacted(Integer.toString(door.address().port())));
        environment.put(prefix + "PGUSER", new Redacted(door.role()));
        environment.put(prefix + "PGPASSWORD", door.password());
        environment.put(prefix + "PGDATABASE", new Redacted(door.database()));
        environment.put(prefix + "PGSSLMODE", new Redacted(door.trust().mode()));
        environment.put(prefix + "PGSSLROOTCERT", new Redacted(authority));
    }

    private static String authority(Door door) {
        String file = door.trust().authorityFile();
        if (file.isEmpty()) {
            return "";
        }
        try {
            return Files.readString(Path.of(file));
        } catch (IOException unreadable) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3541,
                            "the file " + file + " with the authority of the external server cannot be read: "
                                    + unreadable.getMessage(),
                            "Correct external.ca, or put the provider's CA certificate there."),
                    unreadable);
        }
    }

    private static String lastLine(String words) {
        List<String> lines = words.strip().lines().toList();
        return lines.isEmpty() ? "it said nothing" : lines.getLast();
    }

    private static List<String> notes(
            Service<PostgresSpec> service, Rows rows, HomeSession.Seen seen, List<String> refused) {
        List<String> notes = new ArrayList<>();
        notes.add(
                rows == Rows.NONE
                        ? "the copy has no rows: locks, rewrites and drops are shown as they will be, times and rows are not"
                        : "the copy was made row by row, so its tables lie dense and in order: where the real ones are bloated, reading and rewriting them takes longer than here");
        if (seen.major() < Integer.parseInt(service.version())) {
            notes.add("the copy runs PostgreSQL " + service.version() + " and the server " + seen.major()
                    + ": what a later version does without a rewrite or with a weaker lock, an earlier one may not");
        }
        if (rows != Rows.NONE && !seen.hidden().isEmpty()) {
            notes.add("the rows of " + named(seen.hidden()) + " are not in the copy, because policies hide them from "
                    + seen.keeper() + " (no BYPASSRLS): times and rows of these tables are those of empty ones");
        }
        if (!seen.closed().isEmpty()) {
            notes.add(named(seen.closed()) + " did not come along, because " + seen.keeper() + " may not read them");
        }
        refused.stream().limit(MOST_REFUSALS).forEach(one -> notes.add("the copy lacks what it refused: " + one));
        if (refused.size() > MOST_REFUSALS) {
            notes.add("the copy refused " + (refused.size() - MOST_REFUSALS) + " things more");
        }
        return notes;
    }

    private static String named(List<Table> tables) {
        return tables.stream().limit(8).map(Table::toString).collect(Collectors.joining(", "))
                + (tables.size() > 8 ? " and " + (tables.size() - 8) + " more" : "");
    }
}
