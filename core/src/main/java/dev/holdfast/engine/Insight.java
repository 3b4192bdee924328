package dev.holdfast.engine;

import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a running service tells of itself beyond ready or not: reports of rows, and with each row that could be better what
 * to do about it. Asking changes nothing in the service.
 */
public interface Insight<S extends Record> {
    /** The reports of the engine, the one people ask for first in front. */
    List<Topic> topics();

    /** The rows that need somebody first. A question whose topic is none of these is refused. */
    Answer answer(Question question, Service<S> service, Context context);

    default Support<Explaining<S>> explaining() {
        return Support.notOffered(
                "Holdfast cannot explain queries of this engine yet",
                "Open the engine's own shell with 'holdfast connect' and ask it there.");
    }

    /** How single queries are answered. */
    interface Explaining<S extends Record> {
        /** The plan as rows, an operation a row, and with each what is wrong with it. */
        Answer explain(Query query, Service<S> service, Context context);
    }

    /** @param orders what its rows can be ordered by, the usual one first; empty where there is one order only */
    record Topic(String name, String summary, List<String> orders) {
        public Topic {
            orders = List.copyOf(orders);
        }
    }

    /**
     * @param thing one of the service's things (a database); all of them where there is none
     * @param isExact measures what is otherwise estimated, which may read all there is
     * @param most how many rows are wanted
     */
    record Question(String topic, Optional<String> thing, Optional<String> order, boolean isExact, int most) {}

    /**
     * @param text the query; empty where {@code id} names one that the service has seen
     * @param role who asks; one that an application would use where nobody is named
     * @param settings what the session is told before, by name
     */
    record Query(
            Optional<String> thing,
            String text,
            Optional<String> id,
            Optional<String> role,
            Depth depth,
            SortedMap<String, String> settings,
            Duration patience) {
        public Query {
            settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        }
    }

    /** How far a query is carried out in order to explain it. */
    enum Depth {
        /** It is only planned. */
        PLAN,
        /** It is run where it cannot change anything. */
        RUN,
        /** It is run, and what it changed is taken back. */
        RUN_AND_TAKE_BACK
    }

    /** @param notes what has to be known to read the rows rightly, each a sentence */
    record Answer(String topic, List<Column> columns, List<Row> rows, List<String> notes) {
        public Answer {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
            notes = List.copyOf(notes);
        }
    }

    record Column(String name, Unit unit) {}

    /** What the numbers of a column count, so that whoever shows them can write them as people do. */
    enum Unit {
        TEXT,
        COUNT,
        BYTES,
        MILLIS,
        SECONDS,
        /** Of a hundred. */
        PERCENT,
        /** The engine's own measure of effort. */
        COST;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param where the thing it is in; empty for the service as a whole
     * @param cells one a column
     */
    record Row(String where, List<Json> cells, List<Finding> findings) {
        public Row {
            cells = List.copyOf(cells);
            findings = List.copyOf(findings);
        }

        /** That of the worst finding. */
        public Severity severity() {
            return findings.stream()
                    .map(Finding::severity)
                    .min(Severity::compareTo)
                    .orElse(Severity.FINE);
        }
    }

    /** The worst first. */
    enum Severity {
        /** Somebody is waiting for it, or soon nothing works any more. */
        CRITICAL,
        /** It will hurt if nobody does anything this week. */
        WARNING,
        /** It could be better. */
        ADVICE,
        FINE;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param subject what it is about, as a person would name it
     * @param because the evidence, lower case and without a full stop
     */
    record Finding(Severity severity, String subject, String because, Remedy remedy) {}

    /**
     * @param text the sentence that says what to do
     * @param statements in the engine's own language, to be done in this order and each on its own; empty where none does
     */
    record Remedy(String text, List<Statement> statements) {
        public Remedy {
            statements = List.copyOf(statements);
        }

        public static Remedy of(String text) {
            return new Remedy(text, List.of());
        }
    }

    /** @param thing where it is to be done; empty where that makes no difference */
    record Statement(Optional<String> thing, String text) {}
}
