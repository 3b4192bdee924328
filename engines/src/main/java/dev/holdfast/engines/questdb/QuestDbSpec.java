package dev.holdfast.engines.questdb;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Matches;
import dev.holdfast.language.Names;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a QuestDB service may say of itself. */
@Doc(
        "A QuestDB server: time series, written as InfluxDB lines over HTTP or by SQL, asked over PostgreSQL's wire or HTTP.")
public record QuestDbSpec(
        @Doc(
                "The tables it keeps. One that a program made by writing to it stays; one that is taken out of the file goes only when somebody approves.")
        @Names(value = QuestDbSpec.NAME, rule = QuestDbSpec.RULE)
        @Example(
                "{ trades: { columns: [ts timestamp, symbol symbol, price double], timestamp: ts, partition: day, ttl: 30d } }")
        SortedMap<String, Table> tables,

        @Doc("Materialised views: what is computed of a table as it is written.")
        @Names(value = QuestDbSpec.NAME, rule = QuestDbSpec.RULE)
        @Example(
                "{ trades_hourly: { query: \"SELECT ts, symbol, avg(price) FROM trades SAMPLE BY 1h\", partition: month } }")
        SortedMap<String, View> views,

        @Doc(
                "Who may connect: at most one that writes, and one that only reads. Without any, there is one role `app` that may read and write.")
        SortedMap<String, Role> roles) {

    static final String NAME = "[A-Za-z_][A-Za-z0-9_]{0,62}";
    static final String RULE = "a letter or `_`, then letters, digits and `_`, at most 63";

    public QuestDbSpec {
        tables = Collections.unmodifiableSortedMap(new TreeMap<>(tables));
        views = Collections.unmodifiableSortedMap(new TreeMap<>(views));
        roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
    }

    /** The roles of the file, or the one that stands for none. */
    SortedMap<String, Role> rolesInForce() {
        return roles.isEmpty()
                ? Collections.unmodifiableSortedMap(
                        new TreeMap<>(Map.of("app", new Role(List.of(Can.READ, Can.WRITE)))))
                : roles;
    }

    Optional<String> writer() {
        return rolesInForce().entrySet().stream()
                .filter(role -> role.getValue().writes())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    Optional<String> reader() {
        return rolesInForce().entrySet().stream()
                .filter(role -> !role.getValue().writes())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The role an application would use. */
    String applicationRole() {
        return writer().or(this::reader).orElse(QuestDbAccess.ADMINISTRATOR);
    }

    /** One table. */
    @Doc("One table.")
    public record Table(
            @Doc("Its columns in their order, each its name and its type.")
            @Matches(
                    value = "[A-Za-z_][A-Za-z0-9_]{0,62} +[A-Za-z][A-Za-z0-9_]*(\\([0-9]+c\\))?(\\[\\])*",
                    rule = "a name, a space and a type, such as `price double`")
            @Example("[ts timestamp, symbol symbol, price double]")
            List<String> columns,

            @Doc("The column by whose time the rows are kept in order; a table without one is not partitioned.")
            Optional<String> timestamp,

            @Doc("How much time one part of the table holds; a part is what a TTL drops.") @Default("day")
            Partition partition,

            @Doc(
                    "How long rows are kept, counted from the newest one: hours (`h`), days (`d`), weeks (`w`), months (`M`) or years (`y`), a multiple of the partition. For ever where nothing is said.")
            @Matches(value = QuestDbTtl.FORM, rule = QuestDbTtl.RULE)
            @Example("30d")
            Optional<String> ttl,

            @Doc(
                    "Columns that, together with the timestamp, tell a row from another: one written again takes the place of the one before.")
            @Example("[symbol]")
            List<String> deduplicate) {
        public Table {
            columns = List.copyOf(columns);
            deduplicate = List.copyOf(deduplicate);
        }
    }

    /** One materialised view. */
    @Doc("One materialised view.")
    public record View(
            @Doc("The SELECT whose result it keeps; it must group by time (SAMPLE BY).")
            String query,

            @Doc("The table whose new rows it follows, where the query reads more than one.")
            Optional<String> base,

            @Doc("When it is brought up to date.") @Default("immediate")
            Refresh refresh,

            @Doc("How much time one part of the view holds.") @Default("day")
            Partition partition,

            @Doc("How long its rows are kept, as for tables; for ever where nothing is said.")
            @Matches(value = QuestDbTtl.FORM, rule = QuestDbTtl.RULE)
            @Example("1y")
            Optional<String> ttl) {}

    /** How much time one part of a table holds. */
    public enum Partition {
        @Doc("An hour.")
        HOUR,
        @Doc("A day.")
        DAY,
        @Doc("A week.")
        WEEK,
        @Doc("A month.")
        MONTH,
        @Doc("A year.")
        YEAR;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** When a view is brought up to date. */
    public enum Refresh {
        @Doc("With each write to its table.")
        IMMEDIATE,
        @Doc("When somebody says REFRESH MATERIALIZED VIEW.")
        MANUAL
    }

    /** What a role may do. */
    public enum Can {
        @Doc("Ask, over PostgreSQL's wire.")
        READ,
        @Doc("Write, make and drop tables; goes with `read`, and opens HTTP too.")
        WRITE
    }

    /** One who may connect. */
    @Doc("One who may connect.")
    public record Role(
            @Doc("What the role may do, in every table.") @Default("[read]")
            List<Can> can) {
        public Role {
            can = List.copyOf(can);
        }

        boolean writes() {
            return can.contains(Can.WRITE);
        }
    }
}
