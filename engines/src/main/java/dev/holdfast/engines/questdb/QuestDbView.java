package dev.holdfast.engines.questdb;

import java.util.Locale;
import java.util.Optional;

/**
 * One materialised view, as the file wants it or as the server has it.
 *
 * @param base the table it follows; in a file only where the query leaves that open
 * @param complaint why the server keeps it no longer; only of one that is there
 */
record QuestDbView(
        String name,
        String query,
        Optional<String> base,
        String refresh,
        String partition,
        Optional<QuestDbTtl> ttl,
        Optional<String> complaint) {

    static QuestDbView desired(String name, QuestDbSpec.View view) {
        return new QuestDbView(
                name,
                view.query().strip(),
                view.base(),
                view.refresh().name().toLowerCase(Locale.ROOT),
                view.partition().word(),
                view.ttl().map(QuestDbTtl::of),
                Optional.empty());
    }

    /** Whether what the other keeps is what this one would keep. */
    boolean keepsAs(QuestDbView other) {
        return query.equals(other.query)
                && partition.equals(other.partition)
                && (base.isEmpty() || base.equals(other.base));
    }

    String created() {
        StringBuilder text = new StringBuilder("CREATE MATERIALIZED VIEW IF NOT EXISTS " + QuestDbTable.quoted(name));
        base.ifPresent(table -> text.append(" WITH BASE ").append(QuestDbTable.quoted(table)));
        text.append(" REFRESH ").append(refresh.toUpperCase(Locale.ROOT));
        text.append(" AS (").append(query).append(") PARTITION BY ").append(partition.toUpperCase(Locale.ROOT));
        ttl.ifPresent(span -> text.append(" TTL ").append(span.words()));
        return text.toString();
    }

    String dropped() {
        return "DROP MATERIALIZED VIEW IF EXISTS " + QuestDbTable.quoted(name);
    }
}
