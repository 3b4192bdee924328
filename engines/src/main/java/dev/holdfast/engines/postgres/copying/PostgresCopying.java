package dev.holdfast.engines.postgres.copying;

import dev.holdfast.engine.BringingHome;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Copying;
import dev.holdfast.engine.Filling;
import dev.holdfast.engine.Filling.Amount;
import dev.holdfast.engine.Filling.Step;
import dev.holdfast.engine.Support;
import dev.holdfast.engines.PostgresWire.Door;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that serves is copied over its own replication protocol: consistent, over TLS, and nothing in it changes. */
public final class PostgresCopying implements Copying<PostgresSpec> {
    private static final Pattern PROGRESS = Pattern.compile("\\s*(\\d{1,15})/(\\d{1,15}) kB \\(.*");
    private static final String PASSWORD = "copy.pgpass";
    private static final String AUTHORITY = "copy.ca.crt";

    /** A copy that is slower than its network and its disk allow is seen on its progress, and ended by hand. */
    private static final Duration PATIENCE = Duration.ofHours(24);

    @Override
    public List<Filling> fillings(Service<PostgresSpec> service, Context from, Context to, boolean kept) {
        Door door = Doors.keeper(service, from, Declared.HOME);
        List<String> copy = new ArrayList<>(List.of(
                Doors.program(service, "pg_basebackup"),
                "--pgdata=/data",
                "--dbname=host=" + door.address().host() + " port="
                        + door.address().port() + " user=" + door.role()
                        + " sslmode=verify-full sslrootcert=/secrets/" + AUTHORITY
                        + " passfile=/secrets/" + PASSWORD + " application_name=holdfast_copy",
                "--no-password",
                "--checkpoint=fast",
                "--wal-method=stream",
                "--progress"));
        copy.add(kept ? "--sync-method=syncfs" : "--no-sync");
        return List.of(new Filling(
                Doors.primary(service),
                "copied from " + service.name() + " of " + from.stack().name(),
                List.of(
                        new Step("copying " + service.name(), copy, PATIENCE).withGauge(PostgresCopying::progress),
                        Entrance.step(service, to)),
                new TreeMap<>(Map.of(
                        PASSWORD, passwords(door), AUTHORITY, new Redacted(text(Path.of(from.authorityFile()))))),
                new TreeMap<>()));
    }

    @Override
    public Support<BringingHome<PostgresSpec>> bringingHome() {
        return Support.offered(new PostgresBringingHome());
    }

    /** As libpq reads it. */
    private static Redacted passwords(Door door) {
        return new Redacted("*:*:*:" + door.role() + ":"
                + door.password().reveal().replace("\\", "\\\\").replace(":", "\\:")
                + "\n");
    }

    static Optional<Amount> progress(String line) {
        Matcher matcher = PROGRESS.matcher(line);
        return matcher.matches()
                ? Optional.of(new Amount(
                        Long.parseLong(matcher.group(1)) << 10, Long.parseLong(matcher.group(2)) << 10, "bytes"))
                : Optional.empty();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3214,
                            "the authority '" + file + "' of the stack to copy from cannot be read: "
                                    + unreadable.getMessage(),
                            "Start that stack anew with 'holdfast up', which writes it again."),
                    unreadable);
        }
    }
}
