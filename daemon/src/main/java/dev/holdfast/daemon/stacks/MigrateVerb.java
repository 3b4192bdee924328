package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.ProblemJson;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Migrations;
import dev.holdfast.engine.Migrations.Done;
import dev.holdfast.engine.Migrations.Entry;
import dev.holdfast.engine.Migrations.Hint;
import dev.holdfast.engine.Migrations.Status;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What is asked of the migrations of one database, or of all of a service. */
final class MigrateVerb implements Verb {
    private static final Set<String> CHANGING = Set.of("up", "repair", "adopt", "reset");
    private static final String PRODUCTION = "production";

    @Override
    public String name() {
        return "migrate";
    }

    @Override
    public Set<String> keys() {
        return Set.of("action", "database", "to", "at", "approved");
    }

    @Override
    public boolean isExclusive(Json body) {
        return body.textAt("action").filter(CHANGING::contains).isPresent();
    }

    @Override
    public Json run(Asked asked) throws InterruptedException {
        return run(asked, asked.bound());
    }

    private static <S extends Record> Json run(Asked asked, Bound<S> bound) throws InterruptedException {
        Migrations<S> migrations =
                bound.engine().schema().orRefuse().migrations().orRefuse();
        Work<S> work = new Work<>(asked, bound, migrations);
        String action = asked.body().textAt("action").orElse("status");
        return switch (action) {
            case "status" -> work.status(false);
            case "check" -> work.status(true);
            case "up" -> work.up();
            case "repair" -> work.each(database -> migrations.repair(bound.service(), database, asked.bench()));
            case "adopt" ->
                work.each(database ->
                        migrations.adopt(bound.service(), database, asked.body().textAt("at"), asked.bench()));
            case "reset" -> work.reset();
            default ->
                throw new HoldfastException(Problem.of(
                        Code.HF3205,
                        "there is no action '" + action + "' of migrate",
                        "Ask for status, check, up, repair, adopt or reset."));
        };
    }

    private interface Step {
        Done run(String database) throws InterruptedException;
    }

    /** One request. */
    private record Work<S extends Record>(Asked asked, Bound<S> bound, Migrations<S> migrations) {
        /** The database named, or all that have migrations. */
        List<String> databases() {
            List<String> all = migrations.databases(bound.service());
            Optional<String> named = asked.body().textAt("database");
            if (named.isEmpty() && !all.isEmpty()) {
                return all;
            }
            if (named.filter(all::contains).isEmpty()) {
                throw new HoldfastException(Problem.of(
                        Code.HF1535,
                        named.map(name -> "database '" + name + "' of service '")
                                        .orElse("service '")
                                + bound.service().name() + "' has no migrations",
                        all.isEmpty()
                                ? "Write migrations: with a folder under a database in the stack file, then run holdfast up."
                                : "Name one of " + bound.service().name() + "/"
                                        + String.join(", " + bound.service().name() + "/", all) + "."));
            }
            return List.of(named.get());
        }

        Json status(boolean checked) {
            List<Json> all = new ArrayList<>();
            List<Problem> problems = new ArrayList<>();
            for (String database : databases()) {
                Status status = migrations.status(
                        bound.service(), database, asked.bench().context());
                problems.addAll(status.problems());
                status.hints().stream()
                        .filter(Hint::forbidden)
                        .forEach(hint -> problems.add(forbidden(database, hint)));
                all.add(json(status));
            }
            Json.Builder result =
                    Json.object().put("service", bound.service().name()).put("databases", Json.array(all));
            if (checked) {
                result.put("problems", ProblemJson.list(problems)).put("exitStatus", exitStatus(problems));
            }
            return result.build();
        }

        private static int exitStatus(List<Problem> problems) {
            return problems.isEmpty() ? 0 : ProblemJson.exitStatus(problems);
        }

        private Problem forbidden(String database, Hint hint) {
            return Problem.of(
                    Code.HF3571,
                    bound.service().name() + "/" + database + ", " + hint.script() + " line " + hint.line()
                            + ", does what must not be (" + hint.rule() + "): " + hint.text(),
                    hint.remedy());
        }

        Json up() throws InterruptedException {
            Optional<String> to = asked.body().textAt("to");
            List<String> databases = databases();
            if (to.isPresent() && databases.size() > 1) {
                throw new HoldfastException(Problem.of(
                        Code.HF1535,
                        "service '" + bound.service().name()
                                + "' has several databases with migrations, and --to means one",
                        "Name it: " + bound.service().name() + "/" + databases.getFirst() + "."));
            }
            return each(database -> migrations.up(
                    bound.service(),
                    database,
                    to,
                    asked.bench(),
                    new Journaled(asked, bound.service().name(), database)));
        }

        Json reset() throws InterruptedException {
            Set<String> approved = asked.body().itemsAt("approved").stream()
                    .flatMap(word -> word instanceof Json.Text(String text)
                            ? java.util.stream.Stream.of(text)
                            : java.util.stream.Stream.empty())
                    .collect(java.util.stream.Collectors.toSet());
            List<String> wanted = new ArrayList<>();
            databases().forEach(database -> wanted.add(bound.service().name() + "/" + database));
            String environment = asked.live().stack().environment().orElse("");
            if (environment.toLowerCase(Locale.ROOT).startsWith("prod")) {
                wanted.add(PRODUCTION + "/" + asked.live().stack().name());
            }
            List<String> missing =
                    wanted.stream().filter(word -> !approved.contains(word)).toList();
            if (!missing.isEmpty()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3570,
                        "a reset drops "
                                + String.join(
                                        ", ", wanted.subList(0, databases().size()))
                                + " with all its data"
                                + (wanted.size() > databases().size() ? ", in production," : "")
                                + " and was not approved",
                        "If that is meant, run: holdfast migrate reset "
                                + bound.service().name()
                                + asked.body()
                                        .textAt("database")
                                        .map(name -> "/" + name)
                                        .orElse("")
                                + " --stack " + asked.live().stack().name() + " --approve "
                                + String.join(" --approve ", wanted)));
            }
            return each(database -> migrations.reset(
                    bound.service(),
                    database,
                    asked.bench(),
                    new Journaled(asked, bound.service().name(), database)));
        }

        Json each(Step step) throws InterruptedException {
            List<Json> all = new ArrayList<>();
            for (String database : databases()) {
                asked.bench().requireWanted();
                Done done = step.run(database);
                all.add(Json.object()
                        .put("database", database)
                        .put("done", Json.texts(done.sentences()))
                        .put("ran", entries(done.ran()))
                        .build());
            }
            return Json.object()
                    .put("service", bound.service().name())
                    .put("databases", Json.array(all))
                    .build();
        }
    }

    private static Json json(Status status) {
        List<Json> hints = new ArrayList<>();
        for (Hint hint : status.hints()) {
            hints.add(Json.object()
                    .put("script", hint.script())
                    .put("line", Json.number(hint.line()))
                    .put("rule", hint.rule())
                    .put("text", hint.text())
                    .put("remedy", hint.remedy())
                    .put("forbidden", Json.bool(hint.forbidden()))
                    .build());
        }
        return Json.object()
                .put("database", status.database())
                .put("folder", status.folder().toString())
                .put("reached", status.reached())
                .put("pending", status.pending().size())
                .put("entries", entries(status.entries()))
                .put("hints", Json.array(hints))
                .put("problems", ProblemJson.list(status.problems()))
                .put("notes", Json.texts(status.notes()))
                .build();
    }

    private static Json entries(List<Entry> entries) {
        List<Json> all = new ArrayList<>();
        for (Entry entry : entries) {
            Json.Builder one = Json.object()
                    .put("label", entry.label())
                    .put("description", entry.description())
                    .put("script", entry.script())
                    .put("state", entry.state().name());
            entry.at().ifPresent(at -> one.put("at", at.toString()));
            entry.by().ifPresent(by -> one.put("by", by));
            entry.took().ifPresent(took -> one.put("millis", took.toMillis()));
            entry.because().ifPresent(because -> one.put("because", because));
            all.add(one.build());
        }
        return Json.array(all);
    }

    /** Each file is a line of the stack's journal, and a step on the screen. */
    private record Journaled(Asked asked, String service, String database) implements Migrations.Watcher {
        @Override
        public void begun(Entry entry, int number, int total) {
            asked.managed().journal().stepBegun(change(entry));
            asked.events().send(EventJson.step(change(entry), "begun"));
            asked.bench().say("migrations of " + database, number - 1L, total, "files");
        }

        @Override
        public void done(Entry entry) {
            asked.managed().journal().stepDone(change(entry));
            asked.events().send(EventJson.step(change(entry), "done"));
        }

        @Override
        public void failed(Entry entry, Problem problem) {
            asked.managed().journal().stepFailed(change(entry), problem.cause());
        }

        private Change change(Entry entry) {
            return new Change(
                    service + "/databases/" + database + "/migrations/" + entry.label(),
                    "run " + entry.script(),
                    entry.script(),
                    Risk.NONE,
                    Optional.empty(),
                    "migrate up was asked");
        }
    }
}
