package dev.holdfast.engines.postgres.protection;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.BackupsSpec;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What a server is given so that its write-ahead log leaves the machine while it is written. */
public final class Archiving {
    /** Of Debian; the server and every errand beside it find it in the same image. */
    public static final String PACKAGE = "pgbackrest";

    static final String PROGRAM = "/usr/bin/pgbackrest";
    static final String CONFIGURATION = "pgbackrest.conf";
    private static final String PUSH = "pgbackrest-push.sh";

    /** Without another promise no more than a minute of a quiet server's work is kept on one machine only. */
    private static final long TIMEOUT_SECONDS = 60;

    private Archiving() {}

    /** Empty for a service that is not saved, and for a copy beside its source, whose backups are not its own. */
    public static Optional<BackupsSpec> of(Service<PostgresSpec> service, Context context) {
        return context.stack().isDerived()
                ? Optional.empty()
                : service.settings().backups();
    }

    /** The settings of the server, by name. */
    public static Map<String, String> settings(Service<PostgresSpec> service, Context context) {
        return of(service, context)
                .map(backups -> new TreeMap<>(Map.of(
                        "archive_mode",
                        "on",
                        "archive_command",
                        "/bin/sh /config/" + PUSH + " " + service.name() + " %p",
                        "archive_timeout",
                        timeout(context) + "s")))
                .orElseGet(TreeMap::new);
    }

    private static long timeout(Context context) {
        long promised = context.stack()
                .objectives()
                .recoveryPoint()
                .map(promise -> promise.toSeconds() / 2)
                .orElse(TIMEOUT_SECONDS);
        return Math.clamp(promised, 1, TIMEOUT_SECONDS);
    }

    public static List<ConfigurationFile> files(Service<PostgresSpec> service, Context context) {
        return of(service, context)
                .map(backups -> List.of(
                        new ConfigurationFile(
                                CONFIGURATION,
                                new Content.Confidential(
                                        Repository.of(service, backups, context).configuration(processes(service)),
                                        Setting.Effect.RELOAD)),
                        new ConfigurationFile(
                                PUSH, new Content.Plain(Beside.text(Archiving.class, PUSH), Setting.Effect.RELOAD))))
                .orElse(List.of());
    }

    /** The store first and the server last on the way up, and the other way on the way down: nothing is left behind. */
    public static Set<String> needs(Service<PostgresSpec> service, Context context) {
        return of(service, context)
                .map(backups -> Set.of(context.bucket(backups.to()).member()))
                .orElse(Set.of());
    }

    static int processes(Service<PostgresSpec> service) {
        return Math.clamp(Math.ceilDiv(service.resources().cpu().millis(), 1000L), 2, 8);
    }
}
