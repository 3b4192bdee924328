package dev.holdfast.engines.postgres.protection;

import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a service held at one position of its log, written down when it was saved so that a restored copy can be compared.
 *
 * @param position the rows are those of every commit before it
 * @param exact whether nothing was being written when they were counted; otherwise a table may differ by what was under way
 * @param extensions {@code database/name version} of all that are created
 */
record Ledger(Instant taken, String position, boolean exact, List<String> extensions, List<Table> tables) {
    Ledger {
        extensions = List.copyOf(extensions);
        tables = List.copyOf(tables);
    }

    /**
     * One table.
     *
     * @param rows empty for one that was too large to be counted in the time there was, or could not be
     * @param fault why it could not be counted
     */
    record Table(String database, String schema, String name, Optional<Long> rows, long bytes, Optional<String> fault) {
        Table with(long counted) {
            return new Table(database, schema, name, Optional.of(counted), bytes, Optional.empty());
        }

        Table without(String why) {
            return new Table(database, schema, name, Optional.empty(), bytes, Optional.of(why));
        }

        String title() {
            return database + "." + schema + "." + name;
        }
    }

    static String path(String stanza, String id) {
        return "holdfast/" + stanza + "/ledger/" + id + ".json";
    }

    String json() {
        List<Json> items = new ArrayList<>();
        for (Table table : tables) {
            items.add(Json.object()
                    .put("database", table.database())
                    .put("schema", table.schema())
                    .put("name", table.name())
                    .put("rows", table.rows().<Json>map(Json::number).orElseGet(Json.Null::new))
                    .put("bytes", table.bytes())
                    .put("fault", table.fault())
                    .build());
        }
        return Json.object()
                .put("taken", taken.toString())
                .put("position", position)
                .put("exact", exact)
                .put("extensions", Json.texts(extensions))
                .put("tables", Json.array(items))
                .build()
                .compact();
    }

    /** Empty where it cannot be read: a backup without a ledger can still be restored. */
    static Optional<Ledger> of(List<String> lines) {
        String text =
                lines.stream().filter(line -> line.startsWith("{")).findFirst().orElse("");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            Json json = Json.parse(text);
            List<Table> tables = new ArrayList<>();
            for (Json table : json.itemsAt("tables")) {
                tables.add(new Table(
                        table.textAt("database").orElse(""),
                        table.textAt("schema").orElse(""),
                        table.textAt("name").orElse(""),
                        table.longAt("rows"),
                        table.longAt("bytes").orElse(0L),
                        table.textAt("fault")));
            }
            List<String> extensions = new ArrayList<>();
            for (Json item : json.itemsAt("extensions")) {
                if (item instanceof Json.Text(String name)) {
                    extensions.add(name);
                }
            }
            return Optional.of(new Ledger(
                    Instant.parse(json.textAt("taken").orElse("")),
                    json.textAt("position").orElse(""),
                    json.isAt("exact"),
                    extensions,
                    tables));
        } catch (JsonException | DateTimeException unreadable) {
            return Optional.empty();
        }
    }

    /** What differs in the copy, each as a sentence without its full stop. */
    List<String> differences(Ledger copy) {
        List<String> differences = new ArrayList<>();
        for (Table table : tables) {
            Optional<Table> there = copy.tables().stream()
                    .filter(other -> other.title().equals(table.title()))
                    .findFirst();
            if (there.isEmpty()) {
                differences.add("table " + table.title() + " is not in the copy");
            } else if (there.get().fault().isPresent() && table.fault().isEmpty()) {
                // nobody else is at work in a copy, so that what was there to be read can be read
                differences.add("table " + table.title() + " cannot be read in the copy: "
                        + there.get().fault().get());
            } else if (table.rows().isPresent()
                    && there.get().rows().isPresent()
                    && !there.get().rows().equals(table.rows())) {
                differences.add(
                        "table " + table.title() + " has " + there.get().rows().get() + " rows instead of "
                                + table.rows().get());
            }
        }
        return differences;
    }

    long counted() {
        return tables.stream().filter(table -> table.rows().isPresent()).count();
    }

    long rows() {
        return tables.stream()
                .flatMap(table -> table.rows().stream())
                .mapToLong(Long::longValue)
                .sum();
    }
}
