package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.InsightText;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a running service tells of itself, and what to do about it. */
public final class InsightCommand implements Command {
    private static final String EXPLAIN = "explain";
    private static final int LONGEST_QUERY = 512 * 1024;

    @Override
    public String name() {
        return "insight";
    }

    @Override
    public String summary() {
        return "say what in a running service is slow, missing, bloated or blocked, and what to do about it";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                        .optional(
                                "REPORT|SERVICE",
                                "slow, indexes, bloat, locks, connections, sizes, series, vacuum, settings, explain; of Redis slow, keys, hits, memory, connections, sizes; or a service, for the findings of all",
                                "slow",
                                "indexes",
                                "bloat",
                                "hits",
                                "keys",
                                "locks",
                                "memory",
                                "connections",
                                "sizes",
                                "series",
                                "vacuum",
                                "settings",
                                EXPLAIN)
                        .optional("SERVICE[/DATABASE]", "the service; the only one that has reports otherwise")
                        .rest("QUERY", "what to explain; - reads it from the input"))
                .value("ORDER", "slow: by total, mean, reads, temp or calls", "--by")
                .flag("bloat: read every page and count", "--exact")
                .value("ROWS", "how many rows; 50 otherwise", "--limit", "-n")
                .value("ID", "explain: the statement of that id in slow", "--id")
                .flag("explain: run the query where it can change nothing", "--analyze")
                .flag("explain: with --analyze, also run what writes, and take it back", "--writes")
                .value("ROLE", "explain: as this role; the application's otherwise", "--role", "-r")
                .values("NAME=VALUE", "explain: what the session is told before", "--set")
                .value("DURATION", "explain: how long it may take; 30s otherwise", "--timeout")
                .footer(
                        "Nothing is changed: whatever is tried is taken back. Statements it shows are for you to run.",
                        "Example: holdfast insight explain main/app 'SELECT * FROM orders WHERE customer_id = 7'");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(arguments.value("--stack"), daemon, session);
        Wanted wanted = wanted(arguments, daemon.get("/v1/stacks/{}/insight", stack));
        Json done = new Asking(arguments, session, "interrupted: nothing was changed")
                .ask("insight", wanted.service(), request(wanted, arguments, session));
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else {
            new InsightText(session.paint()).lines(done).forEach(session::line);
        }
        return 0;
    }

    private record Wanted(Optional<String> report, String service, Optional<String> thing) {
        static Wanted of(Optional<String> report, String written) {
            int slash = written.indexOf('/');
            return slash < 0
                    ? new Wanted(report, written, Optional.empty())
                    : new Wanted(report, written.substring(0, slash), Optional.of(written.substring(slash + 1)));
        }
    }

    /** The first word is a service where one is called so and nothing follows; otherwise it is a report. */
    private static Wanted wanted(Arguments arguments, Json catalogue) {
        List<String> services = new ArrayList<>();
        catalogue.itemsAt("services").forEach(item -> item.textAt("service").ifPresent(services::add));
        Optional<String> first = arguments.positional(0);
        Optional<String> second = arguments.positional(1);
        if (first.isEmpty()) {
            return Wanted.of(Optional.empty(), only(services));
        }
        if (second.isEmpty()) {
            Wanted service = Wanted.of(Optional.empty(), first.get());
            boolean isMeant =
                    services.contains(service.service()) || service.thing().isPresent();
            return isMeant ? service : Wanted.of(first, only(services));
        }
        return Wanted.of(first, second.get());
    }

    private static String only(List<String> services) {
        if (services.size() == 1) {
            return services.getFirst();
        }
        throw new HoldfastException(Problem.of(
                Code.HF3301,
                services.isEmpty()
                        ? "no service of the stack has reports"
                        : "it is not clear which service is meant: " + String.join(", ", services),
                services.isEmpty()
                        ? "See 'holdfast status' and 'holdfast why SERVICE'."
                        : "Name it: holdfast insight " + services.getFirst() + "."));
    }

    private static Json request(Wanted wanted, Arguments arguments, Session session) {
        Json.Builder request = Json.object();
        wanted.report().ifPresent(report -> request.put("report", report));
        wanted.thing().ifPresent(thing -> request.put("thing", thing));
        arguments.value("--by").ifPresent(order -> request.put("by", order));
        arguments.value("--limit").ifPresent(limit -> request.put("limit", rows(limit)));
        arguments.value("--id").ifPresent(id -> request.put("id", id));
        arguments.value("--role").ifPresent(role -> request.put("role", role));
        arguments.value("--timeout").ifPresent(timeout -> request.put("timeout", timeout));
        request.put("exact", arguments.is("--exact"));
        request.put("analyze", arguments.is("--analyze"));
        request.put("writes", arguments.is("--writes"));
        if (!arguments.values("--set").isEmpty()) {
            request.put("settings", settings(arguments.values("--set")));
        }
        if (wanted.report().filter(EXPLAIN::equals).isPresent()) {
            String query = query(arguments, session);
            if (query.isBlank() == arguments.value("--id").isEmpty()) {
                throw refused(
                        "either a query or --id has to say what is to be explained",
                        "Write the query behind the service, - to read it from the input, or --id with an id of 'holdfast insight slow'.");
            }
            if (!query.isBlank()) {
                request.put("query", query);
            }
        } else if (!arguments.rest(2).isEmpty()) {
            throw refused(
                    "'" + String.join(" ", arguments.rest(2)) + "' is too much",
                    "Only 'holdfast insight explain' takes more words than a report and a service.");
        }
        return request.build();
    }

    private static String query(Arguments arguments, Session session) {
        List<String> words = arguments.rest(2);
        if (!words.equals(List.of("-"))) {
            return String.join(" ", words);
        }
        try {
            byte[] read = session.surroundings().in().readNBytes(LONGEST_QUERY + 1);
            if (read.length > LONGEST_QUERY) {
                throw refused("the query on the input is longer than 512 KiB", "Give a shorter one.");
            }
            return new String(read, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Json settings(List<String> written) {
        Json.Builder settings = Json.object();
        for (String one : written) {
            int equals = one.indexOf('=');
            if (equals < 1) {
                throw refused("'" + one + "' is no setting", "Write it as --set NAME=VALUE.");
            }
            settings.put(one.substring(0, equals), one.substring(equals + 1));
        }
        return settings.build();
    }

    private static long rows(String written) {
        if (!written.matches("[1-9][0-9]{0,3}")) {
            throw refused("'" + written + "' is no number of rows", "Give --limit a number from 1 to 9999.");
        }
        return Long.parseLong(written);
    }

    private static HoldfastException refused(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3301, cause, remedy));
    }
}
