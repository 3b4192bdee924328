package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Protection.Brought;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.protection.PgBackRest.Place;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** One table out of a restored copy, put into the source beside the table it once was. */
final class Tables {
    private final PgBackRest programs;

    Tables(PgBackRest programs) {
        this.programs = programs;
    }

    /** {@code [database.][schema.]table}. */
    record Name(String database, String schema, String table) {
        static Name of(String text, SortedSet<String> databases) {
            List<String> parts = new ArrayList<>(List.of(text.split("\\.", -1)));
            if (parts.stream().anyMatch(String::isEmpty) || parts.size() > 3) {
                throw unclear("'" + text + "' is no name of a table", databases);
            }
            String table = parts.removeLast();
            String schema = parts.isEmpty() ? "public" : parts.removeLast();
            if (parts.isEmpty() && databases.size() != 1) {
                throw unclear(
                        "the service has several databases, and which one '" + text + "' is in is not said", databases);
            }
            String database = parts.isEmpty() ? databases.first() : parts.getFirst();
            if (!databases.contains(database)) {
                throw unclear("the service declares no database '" + database + "'", databases);
            }
            return new Name(database, schema, table);
        }

        private static HoldfastException unclear(String cause, SortedSet<String> databases) {
            return new HoldfastException(Problem.of(
                    Code.HF3638,
                    cause,
                    "Write it as database.schema.table; the databases are: " + String.join(", ", databases) + "."));
        }
    }

    /** Where the table is to be found in the source; a second restore of it gets a place of its own. */
    Brought bring(Place place, String table, Context source) throws InterruptedException {
        SortedSet<String> databases = new TreeSet<>(Declared.of(place.service(), PostgresExtensions.known())
                .databases()
                .keySet());
        Name name = Name.of(table, databases);
        TableSession.Placed placed =
                TableSession.place(place.service(), source, place.bench().context(), name);
        SortedMap<String, Redacted> environment = new TreeMap<>();
        environment.put(
                "SOURCE_PORT",
                new Redacted(
                        Integer.toString(Doors.direct(place.service(), source).port())));
        environment.put(
                "SOURCE_HOST",
                new Redacted(Doors.direct(place.service(), source).host()));
        environment.put("SOURCE_PASSWORD", source.secret(Doors.password(place.service(), Declared.HOLDFAST)));
        place.bench().say("copying " + table + " into " + place.name());
        programs.script(
                place,
                "table",
                Beside.text(Tables.class, "table.sh"),
                List.of(
                        name.database(),
                        placed.schema(),
                        Doors.program(place.service(), "pg_dump"),
                        Doors.program(place.service(), "psql")),
                environment);
        List<String> left = TableSession.protect(place.service(), source, name, placed);
        return new Brought(name.database() + "." + placed.schema() + "." + name.table(), left);
    }
}
