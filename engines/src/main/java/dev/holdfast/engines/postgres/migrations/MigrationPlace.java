package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.MigrationsSpec;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The migrations of one database of one service: where their files are, who runs them, where they are recorded. */
public record MigrationPlace(
        Service<PostgresSpec> service, String database, MigrationsSpec spec, String role, Path folder) {

    /** The databases of the service that have migrations. */
    static List<String> databases(Service<PostgresSpec> service) {
        return service.settings().databases().entrySet().stream()
                .filter(entry -> entry.getValue().migrations().isPresent())
                .map(entry -> entry.getKey())
                .toList();
    }

    public static MigrationPlace of(Service<PostgresSpec> service, String database, PostgresExtensions extensions) {
        MigrationsSpec spec = Optional.ofNullable(service.settings().databases().get(database))
                .flatMap(found -> found.migrations())
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF1535,
                        "database '" + database + "' of service '" + service.name() + "' has no migrations",
                        databases(service).isEmpty()
                                ? "Write migrations: with a folder under the database in the stack file."
                                : "Name one of " + String.join(", ", databases(service)) + ".")));
        boolean elsewhere = service.settings().external().isPresent();
        Declared declared = Declared.of(service, extensions);
        // on a server of somebody else the role of its address is the one that is sure to be there
        String role = spec.role().orElseGet(() -> elsewhere ? Doors.keeper(service) : declared.owner(database));
        return new MigrationPlace(service, database, spec, role, folder(service, database, spec));
    }

    /** Seen from the file that names it, whose place every position tells. */
    private static Path folder(Service<PostgresSpec> service, String database, MigrationsSpec spec) {
        Path file = Path.of(position(service, database).source()).toAbsolutePath();
        return file.resolveSibling(spec.folder()).normalize();
    }

    private static Position position(Service<PostgresSpec> service, String database) {
        return service.positions().of("databases." + database + ".migrations.folder");
    }

    public MigrationFolder read(Problems problems) {
        return MigrationFolder.read(folder, position(service, database), spec.gaps(), problems);
    }

    /** The folder, or all that is wrong with it. */
    public MigrationFolder sound() {
        Problems problems = new Problems();
        MigrationFolder read = read(problems);
        problems.throwIfAny();
        return read;
    }

    /** {@code main/databases/app/migrations}. */
    String where() {
        return service.name() + "/databases/" + database + "/migrations";
    }

    /**
     * Whether rows of tenants may be hidden from who runs the files. A statement that meets them is refused then: otherwise it
     * would succeed, and change none of them.
     */
    boolean isBlind() {
        return Optional.ofNullable(service.settings().databases().get(database))
                .flatMap(found -> found.tenancy())
                .isPresent();
    }

    /** What the ledger calls the history table. */
    String history() {
        return spec.schema() + "." + spec.table();
    }

    /** The history table, quoted. */
    String table() {
        return Sql.name(spec.schema()) + "." + Sql.name(spec.table());
    }

    String shown() {
        return service.name() + "/" + database;
    }
}
