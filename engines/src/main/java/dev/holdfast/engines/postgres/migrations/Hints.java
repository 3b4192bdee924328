package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.engine.Migrations.Hint;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.MigrationsSpec.Forbidden;
import dev.holdfast.engines.postgres.migrations.SqlText.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the words of a file make one expect: {@code hints.yaml}. It does not know the tables, so it can be wrong on both sides; a
 * rehearsal measures. A table that the same file makes holds nothing yet, and nothing is said of it.
 */
public final class Hints {
    private static final String NAME = "((?:\"[^\"]+\"|[A-Z0-9_$]+)(?:\\.(?:\"[^\"]+\"|[A-Z0-9_$]+))?)";
    private static final Pattern MADE = Pattern.compile(
            "^CREATE (?:(?:GLOBAL|LOCAL) )?(?:TEMP |TEMPORARY |UNLOGGED )?(?:TABLE|MATERIALIZED VIEW) (?:IF NOT EXISTS )?"
                    + NAME);
    private static final Pattern TOUCHED = Pattern.compile(
            "^(?:ALTER TABLE (?:IF EXISTS )?(?:ONLY )?|CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(?:(?:\"[^\"]+\"|[A-Z0-9_$]+) )?ON (?:ONLY )?|UPDATE (?:ONLY )?|DELETE FROM (?:ONLY )?|TRUNCATE (?:TABLE )?(?:ONLY )?|LOCK (?:TABLE )?(?:ONLY )?)"
                    + NAME);
    private static final Pattern CONCURRENT = Pattern.compile(
            "^(CREATE (UNIQUE )?INDEX CONCURRENTLY|DROP INDEX CONCURRENTLY|REINDEX .*CONCURRENTLY|VACUUM|ALTER TABLE .* DETACH PARTITION .* CONCURRENTLY|ALTER SYSTEM|CREATE DATABASE)\\b.*");

    private final List<Rule> rules;

    private Hints(List<Rule> rules) {
        this.rules = rules;
    }

    private record Rule(
            Pattern when, Optional<Pattern> unless, String word, boolean ofNew, String text, String remedy) {}

    public static Hints known() {
        List<Rule> rules = new ArrayList<>();
        Beside.table(Hints.class, "hints.yaml")
                .forEach((name, words) -> rules.add(new Rule(
                        Pattern.compile(String.valueOf(words.get("when"))),
                        Optional.ofNullable(words.get("unless")).map(text -> Pattern.compile(String.valueOf(text))),
                        String.valueOf(words.get("rule")),
                        Boolean.TRUE.equals(words.get("of-new")),
                        String.valueOf(words.get("text")),
                        String.valueOf(words.get("remedy")))));
        return new Hints(List.copyOf(rules));
    }

    public List<Hint> of(MigrationFile file, List<Forbidden> forbid) {
        List<Hint> hints = new ArrayList<>();
        List<Statement> statements = SqlText.statements(file.text());
        Set<String> made = new HashSet<>();
        for (Statement statement : statements) {
            String words = statement.skeleton();
            Matcher creates = MADE.matcher(words);
            if (creates.find()) {
                made.add(plain(creates.group(1)));
            }
            Matcher touches = TOUCHED.matcher(words);
            boolean isNew = touches.find() && made.contains(plain(touches.group(1)));
            for (Rule rule : rules) {
                boolean applies = rule.when().matcher(words).find()
                        && rule.unless()
                                .map(none -> !none.matcher(words).find())
                                .orElse(true);
                if (applies && (!isNew || rule.ofNew())) {
                    hints.add(new Hint(
                            file.script(),
                            statement.line(),
                            rule.word(),
                            rule.text(),
                            rule.remedy(),
                            forbid.stream().anyMatch(one -> word(one).equals(rule.word()))));
                }
            }
        }
        mixed(file, statements).ifPresent(hints::add);
        return List.copyOf(hints);
    }

    /** Whether the file holds statements of both kinds, those that belong into a transaction and those that do not. */
    static boolean isMixed(MigrationFile file) {
        return mixed(file, SqlText.statements(file.text())).isPresent();
    }

    private static Optional<Hint> mixed(MigrationFile file, List<Statement> statements) {
        List<Statement> outside = statements.stream()
                .filter(one -> CONCURRENT.matcher(one.skeleton()).matches())
                .toList();
        if (outside.isEmpty() || statements.size() == outside.size()) {
            return Optional.empty();
        }
        return Optional.of(new Hint(
                file.script(),
                outside.getFirst().line(),
                "mixed",
                "it holds a statement that PostgreSQL runs outside of a transaction, and others beside it",
                "Give each of the two kinds a file of its own.",
                true));
    }

    static String word(Forbidden forbidden) {
        return forbidden.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The names by which rules are known, for tests of the table. */
    static Map<String, ?> table() {
        return Beside.table(Hints.class, "hints.yaml");
    }

    private static String plain(String name) {
        String folded = name.replace("\"", "");
        return folded.startsWith("PUBLIC.") ? folded.substring("PUBLIC.".length()) : folded;
    }
}
