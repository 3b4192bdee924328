package dev.holdfast.engines.postgres;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Matches;
import dev.holdfast.language.Names;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How the tenants of one database are kept apart. */
@Doc(
        "Keeps the rows of tenants apart by row-level security that is forced on the owner too: a session sees the rows of the tenant its setting names, and none where it names none.")
public record TenancySpec(
        @Doc("The setting of a session that says whose rows it may see.")
        @Example("app.tenant_id")
        @Matches(
                value = TenancySpec.SETTING,
                rule = "two lower-case words with a dot between them, as in app.tenant_id")
        String setting,

        @Doc("The table that lists the tenants. Holdfast makes it where no migration does.")
        @Default("tenants")
        @Matches(value = TenancySpec.TABLE, rule = "a table, or schema.table")
        String tenants,

        @Doc("The tables whose rows belong to tenants. Migrations make them.")
        @Example("[users, orders]")
        @Matches(value = TenancySpec.TABLE, rule = "a table, or schema.table")
        List<String> tables,

        @Doc("The column of those tables that holds the tenant.") @Default("tenant_id")
        String key,

        @Doc("The column of the list of tenants that holds a tenant's name.") @Default("name")
        String name,

        @Doc(
                "The type of the key; that of the list's primary key where nothing is said, and uuid where there is no list yet.")
        Optional<KeyType> type,

        @Doc(
                "How the tables are divided: none, hash(16), or list, which gives every tenant a partition of its own. A migration makes the table PARTITION BY HASH or LIST of the key, and Holdfast makes the partitions.")
        @Default("none")
        @Matches(value = TenancySpec.PARTITION, rule = "none, list, or hash(2) to hash(999)")
        String partition,

        @Doc("The same for single tables, where they differ.")
        @Example("{events: hash(16)}")
        @Names(value = TenancySpec.TABLE, rule = "a table, or schema.table")
        @Matches(value = TenancySpec.PARTITION, rule = "none, list, or hash(2) to hash(999)")
        SortedMap<String, String> partitions,

        @Doc(
                "Says that every query names the tenant in its own condition, beside what the policy adds. Only then may more than 300 tenants have partitions of their own: a query that does not is planned over all of them.")
        @Default("false")
        boolean queriesNameTenant,

        @Doc("What a session may do within its tenant, by a second setting.")
        Optional<Within> role) {
    static final String SETTING = "[a-z_][a-z0-9_]*\\.[a-z_][a-z0-9_]*";
    static final String TABLE = "[A-Za-z_][A-Za-z0-9_$-]*(\\.[A-Za-z_][A-Za-z0-9_$-]*)?";
    static final String PARTITION = "none|list|hash\\(([2-9]|[1-9][0-9]|[1-9][0-9][0-9])\\)";

    public TenancySpec {
        tables = List.copyOf(tables);
        partitions = Collections.unmodifiableSortedMap(new TreeMap<>(partitions));
    }

    public String partitionOf(String table) {
        return Optional.ofNullable(partitions.get(table)).orElse(partition);
    }

    public boolean hasList() {
        return tables.stream().anyMatch(table -> partitionOf(table).equals("list"));
    }

    /** The types a tenant's key may have. */
    public enum KeyType {
        UUID,
        INTEGER,
        BIGINT,
        TEXT;

        public String sql() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Doc(
            "Who may read and who may write within the tenant. A session whose setting has none of the words sees nothing.")
    public record Within(
            @Doc("The setting of a session that holds the word.")
            @Example("app.role")
            @Matches(
                    value = TenancySpec.SETTING,
                    rule = "two lower-case words with a dot between them, as in app.tenant_id")
            String setting,

            @Doc("The words of those who only read.") @Example("[viewer]")
            List<String> read,

            @Doc("The words of those who read and write.") @Example("[member, admin]")
            List<String> write) {
        public Within {
            read = List.copyOf(read);
            write = List.copyOf(write);
        }
    }
}
