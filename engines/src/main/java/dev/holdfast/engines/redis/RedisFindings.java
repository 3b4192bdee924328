package dev.holdfast.engines.redis;

import dev.holdfast.engine.Insight.Column;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Row;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.engine.Insight.Unit;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Rows of the reports, and what is wrong with them. Pure. */
final class RedisFindings {
    static final List<Column> KEYS = List.of(
            new Column("key", Unit.TEXT),
            new Column("type", Unit.TEXT),
            new Column("memory", Unit.BYTES),
            new Column("of maxmemory", Unit.PERCENT));
    static final List<Column> SLOW = List.of(
            new Column("command", Unit.TEXT),
            new Column("key", Unit.TEXT),
            new Column("time", Unit.MILLIS),
            new Column("arguments", Unit.COUNT),
            new Column("client", Unit.TEXT));
    static final List<Column> HITS = List.of(
            new Column("found", Unit.COUNT),
            new Column("missed", Unit.COUNT),
            new Column("hit rate", Unit.PERCENT),
            new Column("evicted", Unit.COUNT),
            new Column("expired", Unit.COUNT));
    static final List<Column> MEMORY = List.of(
            new Column("used", Unit.BYTES),
            new Column("most", Unit.BYTES),
            new Column("used of it", Unit.PERCENT),
            new Column("data", Unit.BYTES),
            new Column("clients", Unit.BYTES),
            new Column("resident", Unit.BYTES),
            new Column("eviction", Unit.TEXT));
    static final List<Column> CONNECTIONS = List.of(
            new Column("user", Unit.TEXT),
            new Column("connections", Unit.COUNT),
            new Column("idle longest", Unit.SECONDS),
            new Column("waiting", Unit.COUNT));
    static final List<Column> SIZE = List.of(
            new Column("what", Unit.TEXT),
            new Column("type", Unit.TEXT),
            new Column("entries", Unit.COUNT),
            new Column("that expire", Unit.COUNT));

    private static final long MEBI = 1 << 20;
    private static final long LARGE_QUEUE = 100_000;
    private static final long HOUR = 3600;

    /** Commands that look at everything there is. */
    private static final Set<String> WALKS =
            Set.of("KEYS", "SMEMBERS", "HGETALL", "LRANGE", "SORT", "ZRANGE", "FLUSHALL");

    private RedisFindings() {}

    static Row key(String member, String key, String type, long bytes, long most) {
        List<Finding> findings = new ArrayList<>();
        double part = most == 0 ? 0 : 100.0 * bytes / most;
        if (bytes >= 10 * MEBI || (bytes >= MEBI && part >= 10)) {
            findings.add(new Finding(
                    part >= 25 ? Severity.WARNING : Severity.ADVICE,
                    "key " + key,
                    "it takes " + bytes / MEBI
                            + " MiB, and whatever reads or deletes all of it stops everybody else meanwhile",
                    Remedy.of("Divide it among several keys, and remove it with UNLINK instead of DEL.")));
        }
        return new Row(member, List.of(Json.text(key), Json.text(type), Json.number(bytes), percent(part)), findings);
    }

    /** @param entry of {@code SLOWLOG GET}: id, time, microseconds, words, client, its name */
    static Row slow(String member, List<?> entry) {
        long micros = entry.get(2) instanceof Long number ? number : 0;
        List<?> words = entry.get(3) instanceof List<?> list ? list : List.of();
        String command =
                words.isEmpty() ? "?" : RedisSession.text(words.getFirst()).toUpperCase(Locale.ROOT);
        String key = words.size() > 1 ? RedisSession.text(words.get(1)) : "";
        // words of these are no keys, and may be secrets
        String shown =
                Set.of("ACL", "AUTH", "HELLO", "CONFIG", "EVAL", "MIGRATE").contains(command) ? "" : key;
        List<Finding> findings = new ArrayList<>();
        if (WALKS.contains(command)) {
            findings.add(new Finding(
                    micros >= 100_000 ? Severity.WARNING : Severity.ADVICE,
                    "command " + command,
                    "it took " + micros / 1000
                            + " ms, in which nobody else was served, and takes longer the more there is",
                    Remedy.of(
                            command.equals("KEYS")
                                    ? "Use SCAN, which goes in small steps."
                                    : "Read in parts (SSCAN, HSCAN, ranges with limits).")));
        } else if (micros >= 100_000) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "command " + command,
                    "it took " + micros / 1000 + " ms, in which nobody else was served",
                    Remedy.of("Look what it is given: Redis does one command at a time.")));
        }
        return new Row(
                member,
                List.of(
                        Json.text(command),
                        Json.text(shown),
                        Json.number(micros / 1000),
                        Json.number(Math.max(0, words.size() - 1)),
                        Json.text(entry.size() > 5 ? RedisSession.text(entry.get(5)) : "")),
                findings);
    }

    static Row hits(String member, Map<String, String> info) {
        long found = number(info, "keyspace_hits");
        long missed = number(info, "keyspace_misses");
        long evicted = number(info, "evicted_keys");
        double rate = found + missed == 0 ? 100 : 100.0 * found / (found + missed);
        List<Finding> findings = new ArrayList<>();
        if (found + missed >= 1000 && rate < 95) {
            findings.add(
                    new Finding(
                            Severity.ADVICE,
                            "hit rate of " + member,
                            "of " + (found + missed) + " keys that were asked for only " + Math.round(rate)
                                    + " % were there",
                            Remedy.of(
                                    "Look whether keys expire too early, or raise `resources.memory` where they are evicted.")));
        }
        if (evicted > 0) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "evictions of " + member,
                    evicted + " keys were thrown away since it started, because the memory was full",
                    Remedy.of("Raise `resources.memory` of the service if these keys were still wanted.")));
        }
        return new Row(
                member,
                List.of(
                        Json.number(found),
                        Json.number(missed),
                        percent(rate),
                        Json.number(evicted),
                        Json.number(number(info, "expired_keys"))),
                findings);
    }

    static Row memory(String member, Map<String, String> info) {
        long used = number(info, "used_memory");
        long most = number(info, "maxmemory");
        double part = most == 0 ? 0 : 100.0 * used / most;
        String policy = info.getOrDefault("maxmemory_policy", "?");
        List<Finding> findings = new ArrayList<>();
        if (part >= 90) {
            boolean refuses = policy.equals("noeviction");
            findings.add(
                    new Finding(
                            refuses ? Severity.CRITICAL : Severity.WARNING,
                            "memory of " + member,
                            Math.round(part) + " % of it is used, and when it is full "
                                    + (refuses
                                            ? "commands that add data are refused"
                                            : "keys are thrown away (" + policy + ")"),
                            Remedy.of(
                                    "Raise `resources.memory` of the service, or let keys expire; report 'keys' shows the largest.")));
        }
        return new Row(
                member,
                List.of(
                        Json.number(used),
                        Json.number(most),
                        percent(part),
                        Json.number(number(info, "used_memory_dataset")),
                        Json.number(number(info, "mem_clients_normal")),
                        Json.number(number(info, "used_memory_rss")),
                        Json.text(policy)),
                findings);
    }

    /** A row a user; {@code clients} is what {@code CLIENT LIST} said. */
    static List<Row> connections(String member, Map<String, String> info, String clients) {
        Map<String, long[]> users = new TreeMap<>();
        for (String line : clients.split("\n", -1)) {
            Map<String, String> values = new TreeMap<>();
            for (String word : line.split(" ", -1)) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    values.put(word.substring(0, equals), word.substring(equals + 1));
                }
            }
            if (values.containsKey("user")) {
                long[] sums = users.computeIfAbsent(values.get("user"), user -> new long[3]);
                sums[0]++;
                sums[1] = Math.max(sums[1], number(values, "idle"));
                sums[2] += values.getOrDefault("flags", "").contains("b") ? 1 : 0;
            }
        }
        long connected = number(info, "connected_clients");
        long most = number(info, "maxclients");
        long rejected = number(info, "rejected_connections");
        List<Row> rows = new ArrayList<>();
        users.forEach((user, sums) -> {
            List<Finding> findings = new ArrayList<>();
            if (rows.isEmpty() && rejected > 0) {
                findings.add(
                        new Finding(
                                Severity.WARNING,
                                "connections of " + member,
                                rejected + " were refused since it started; it takes " + most,
                                Remedy.of(
                                        "Close idle connections, or raise `resources.memory`, from which the limit is computed.")));
            }
            if (rows.isEmpty() && most > 0 && connected * 10 >= most * 8) {
                findings.add(
                        new Finding(
                                Severity.WARNING,
                                "connections of " + member,
                                connected + " of " + most + " are in use",
                                Remedy.of(
                                        "Close idle connections, or raise `resources.memory`, from which the limit is computed.")));
            }
            if (sums[0] >= 50 && sums[1] >= HOUR) {
                findings.add(new Finding(
                        Severity.ADVICE,
                        "connections of " + user,
                        "it has " + sums[0] + ", and the one idle longest did nothing for " + sums[1] / HOUR + " h",
                        Remedy.of("Give its pool a most, and a time after which idle ones are closed.")));
            }
            rows.add(new Row(
                    member,
                    List.of(Json.text(user), Json.number(sums[0]), Json.number(sums[1]), Json.number(sums[2])),
                    findings));
        });
        return rows;
    }

    /** @param figures such as {@code keys=10,expires=2,avg_ttl=0} */
    static Row database(String member, String name, String figures) {
        Map<String, String> values = new TreeMap<>();
        for (String figure : figures.split(",", -1)) {
            int equals = figure.indexOf('=');
            if (equals > 0) {
                values.put(figure.substring(0, equals), figure.substring(equals + 1));
            }
        }
        return new Row(
                member,
                List.of(
                        Json.text("all keys of " + name),
                        Json.text("database"),
                        Json.number(number(values, "keys")),
                        Json.number(number(values, "expires"))),
                List.of());
    }

    static Row queue(String member, String queue, String type, long length) {
        List<Finding> findings = length < LARGE_QUEUE
                ? List.of()
                : List.of(new Finding(
                        Severity.WARNING,
                        "queue " + queue,
                        length + " entries wait in it",
                        Remedy.of(
                                "Look whether its readers keep up, and whether a stream is trimmed (XADD … MAXLEN).")));
        return new Row(
                member,
                List.of(Json.text("queue " + queue), Json.text(type), Json.number(length), Json.number(0)),
                findings);
    }

    /** The number of a cell. */
    static long count(Row row, int cell) {
        return row.cells().get(cell) instanceof Json.Numeral(String literal) ? Long.parseLong(literal) : 0;
    }

    static long number(Map<String, String> values, String key) {
        try {
            return Long.parseLong(values.getOrDefault(key, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static Json percent(double value) {
        return Json.number(Math.round(value));
    }
}
