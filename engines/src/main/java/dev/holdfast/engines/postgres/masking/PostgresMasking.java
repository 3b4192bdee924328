package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Masking;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.MaskSpec;
import dev.holdfast.engines.postgres.MaskSpec.Rule;
import dev.holdfast.engines.postgres.MaskingSpec;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.masking.Relation.Field;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Personal values of a copied server, replaced by the server itself and removed from its files. */
public final class PostgresMasking implements Masking<PostgresSpec> {
    private static final int KEY_LENGTH = 43;

    private final PostgresExtensions extensions;

    public PostgresMasking(PostgresExtensions extensions) {
        this.extensions = extensions;
    }

    @Override
    public boolean isDeclared(Service<PostgresSpec> service) {
        return !Elsewhere.is(service) && !masked(service).isEmpty();
    }

    private SortedMap<String, MaskingSpec> masked(Service<PostgresSpec> service) {
        SortedMap<String, MaskingSpec> masked = new TreeMap<>();
        Declared.of(service, extensions)
                .databases()
                .forEach((name, database) -> database.masking().ifPresent(spec -> masked.put(name, spec)));
        return masked;
    }

    @Override
    public List<Problem> problems(Service<PostgresSpec> service, Context context) {
        List<Problem> problems = new ArrayList<>();
        if (!isDeclared(service)) {
            return problems;
        }
        problems.addAll(strangers(service, context));
        masked(service).forEach((database, spec) -> {
            if (MaskingSession.isThere(service, context, database, Declared.HOME)) {
                try (MaskingSession session = MaskingSession.open(service, context, database)) {
                    Catalogue catalogue = session.catalogue();
                    List<Problem> unfit = new Fitting(service, database, spec, catalogue).problems();
                    problems.addAll(unfit);
                    problems.addAll(trials(service, database, spec, catalogue, session));
                }
            }
        });
        return List.copyOf(problems);
    }

    /** What nobody declared has no rules, and who is strict copies nothing of that kind. */
    private List<Problem> strangers(Service<PostgresSpec> service, Context context) {
        return masked(service).entrySet().stream()
                .filter(entry -> entry.getValue().strict())
                .findFirst()
                .map(entry -> undeclared(service, context).stream()
                        .map(database -> Problem.of(
                                        Code.HF3283,
                                        "database '" + database + "' of " + service.name()
                                                + " is not declared, so that no rule reaches it, and masking is strict",
                                        database.equals(Declared.HOME)
                                                ? "Move the tables that are in it to a database of the file: it is Holdfast's own."
                                                : "Declare it under databases: with masking of its own, or drop it in the source.")
                                .at(service.positions().of("databases." + entry.getKey() + ".masking.strict")))
                        .toList())
                .orElse(List.of());
    }

    private List<String> undeclared(Service<PostgresSpec> service, Context context) {
        try (MaskingSession home = MaskingSession.open(service, context, Declared.HOME)) {
            return Databases.undeclared(
                    home, Declared.of(service, extensions).databases().keySet());
        }
    }

    /** What only the server can tell: whether it reads a constant as the type, and an expression at all. */
    private static List<Problem> trials(
            Service<?> service, String database, MaskingSpec spec, Catalogue catalogue, MaskingSession session) {
        List<Problem> problems = new ArrayList<>();
        spec.tables()
                .forEach((written, columns) -> columns.forEach((column, mask) -> {
                    Optional<Relation> relation =
                            Optional.ofNullable(catalogue.relations().get(Table.of(written)));
                    Optional<Field> field = relation.flatMap(
                            found -> Optional.ofNullable(found.columns().get(column)));
                    if (relation.isPresent() && field.isPresent()) {
                        trial(relation.get(), field.get(), mask)
                                .flatMap(session::refusal)
                                .ifPresent(refusal -> problems.add(Problem.of(
                                                Code.HF3282,
                                                "column '" + column + "' of '"
                                                        + relation.get().table() + "' has the type "
                                                        + field.get().type() + ", and PostgreSQL does not take the "
                                                        + mask.rule().word() + " for it: " + refusal,
                                                mask.rule() == Rule.CONSTANT
                                                        ? "Write a value that PostgreSQL reads as "
                                                                + field.get().type() + "."
                                                        : "Write SQL over the columns of the row, functions of your own with their schema.")
                                        .at(service.positions()
                                                .of("databases." + database + ".masking.tables." + written + "."
                                                        + column))));
                    }
                }));
        return problems;
    }

    private static Optional<String> trial(Relation relation, Field field, MaskSpec mask) {
        return switch (mask.rule()) {
            case CONSTANT -> Optional.of("SELECT " + Replacing.constant(field, mask));
            case EXPRESSION ->
                relation.isTable() && !field.generated()
                        ? Optional.of("EXPLAIN UPDATE " + relation.table().sql() + " AS it SET "
                                + Sql.name(field.name()) + " = " + Replacing.value(field, mask))
                        : Optional.empty();
            case KEEP, ERASE, HASH, EMAIL, NAME, FIRST_NAME, LAST_NAME, PHONE, DIGITS, SHUFFLE, NOISE, TRUNCATE ->
                Optional.empty();
        };
    }

    @Override
    public List<Suspect> suspects(Service<PostgresSpec> service, Bench bench) {
        List<Suspect> suspects = new ArrayList<>();
        for (Map.Entry<String, Database> entry :
                Declared.of(service, extensions).databases().entrySet()) {
            bench.requireWanted();
            if (MaskingSession.isThere(service, bench.context(), entry.getKey(), Declared.HOME)) {
                try (MaskingSession session = MaskingSession.open(service, bench.context(), entry.getKey())) {
                    suspects.addAll(
                            new Suspicion(entry.getKey(), entry.getValue().masking(), session).found(bench));
                }
            }
        }
        return List.copyOf(suspects);
    }

    @Override
    public Masked mask(Service<PostgresSpec> service, Bench bench) throws InterruptedException {
        if (!bench.context().stack().isDerived() || Elsewhere.is(service)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3285,
                    "'" + service.name() + "' of " + bench.context().stack().name()
                            + " is no copy, and masking replaces values for good",
                    "Make a copy or a branch of the stack; its values are replaced while it is made."));
        }
        List<Problem> problems = problems(service, bench.context());
        if (!problems.isEmpty()) {
            throw new HoldfastException(problems);
        }
        String key = key(service, bench.context());
        List<Column> columns = new ArrayList<>();
        SortedMap<String, MaskingSpec> masked = masked(service);
        try (MaskingSession session = MaskingSession.replacing(service, bench.context(), Declared.HOME, key)) {
            String begun = session.lines("SELECT clock_timestamp()::text").getFirst();
            SortedMap<String, Long> limits = Databases.close(session, masked.keySet());
            for (String database : limits.keySet()) {
                columns.addAll(new Pass(
                                service,
                                bench,
                                database,
                                Optional.ofNullable(masked.get(database)).orElseThrow(),
                                key)
                        .run());
            }
            new Traces(service, bench).remove(session);
            Orphans orphans = new Orphans(service, bench, key);
            limits.keySet().forEach(database -> orphans.empty(database, begun));
            List<String> notes = notes(service, bench.context(), List.copyOf(limits.keySet()));
            Databases.open(session, limits);
            return new Masked(columns, notes);
        }
    }

    private List<String> notes(Service<PostgresSpec> service, Context context, List<String> masked) {
        List<String> notes = new ArrayList<>();
        for (String database : masked) {
            try (MaskingSession session = MaskingSession.open(service, context, database)) {
                long objects = session.ids("SELECT count(*) FROM pg_largeobject_metadata")
                        .getFirst();
                if (objects > 0) {
                    notes.add(service.name() + "/" + database + " holds " + objects
                            + " large objects, which no rule reaches.");
                }
            }
        }
        Declared.of(service, extensions).databases().keySet().stream()
                .filter(database -> !masked.contains(database))
                .forEach(database ->
                        notes.add(service.name() + "/" + database + " has no masking, and was copied as it is."));
        undeclared(service, context)
                .forEach(database -> notes.add(service.name() + "/" + database
                        + " is not declared in the file, and was copied as it is, without masking."));
        return notes;
    }

    /** Made for this copy and kept with its secrets, so that a reset of it gives the same values again. */
    private static String key(Service<?> service, Context context) {
        String secret = context.secret(new SecretRef(service.name(), "masking"), KEY_LENGTH)
                .reveal();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
