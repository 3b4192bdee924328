package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Filling;
import dev.holdfast.engine.Filling.Amount;
import dev.holdfast.engine.Filling.Step;
import dev.holdfast.engine.Restoration;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.copying.Entrance;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The data folder of a restored server: fetched, replayed to its moment, and left as if it had never been elsewhere. */
final class Fillings {
    private static final String AUTHORITY = "backups.ca.crt";
    private static final Pattern FETCHED = Pattern.compile(", (\\d+(?:\\.\\d+)?)%\\)");
    private static final Pattern REPLAYED = Pattern.compile("restored log file \"[0-9A-F]{24}\"");

    private Fillings() {}

    static Filling of(
            Service<PostgresSpec> service,
            Restoration restoration,
            Repository repository,
            Duration patience,
            boolean checked,
            Context to) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("fetching " + restoration.base().id(), fetch(restoration.words()), patience)
                .withGauge(Fillings::fetched));
        Step entrance = Entrance.step(service, to);
        List<String> recover = new ArrayList<>(List.of("/bin/sh", "-c", script("recover.sh"), "recover"));
        recover.addAll(entrance.command());
        AtomicLong replayed = new AtomicLong();
        steps.add(new Step(
                "replaying the log of " + service.name(),
                recover,
                entrance.input(),
                patience,
                line -> replayed(line, replayed, restoration.steps())));
        if (checked) {
            steps.add(new Step(
                            "checking the pages of " + service.name(),
                            List.of(Doors.program(service, "pg_checksums"), "--check", "--progress", "-D", "/data"),
                            patience)
                    .withGauge(Fillings::checked));
        }
        SortedMap<String, Redacted> environment =
                new TreeMap<>(repository.environment(Archiving.processes(service), "/secrets/" + AUTHORITY));
        environment.remove(Repository.AUTHORITY);
        return new Filling(
                Doors.primary(service),
                "restored from backup " + restoration.base().id()
                        + restoration.until().map(until -> " as of " + until).orElse(""),
                steps,
                new TreeMap<>(Map.of(AUTHORITY, repository.authority())),
                environment);
    }

    private static List<String> fetch(SortedMap<String, String> words) {
        List<String> command = new ArrayList<>(List.of(
                Archiving.PROGRAM,
                "--log-level-console=detail",
                "--set=" + words.get("set"),
                "--type=" + words.get("type")));
        Optional.ofNullable(words.get("target")).ifPresent(target -> command.add("--target=" + target));
        if (words.containsKey("exclusive")) {
            command.add("--target-exclusive");
        }
        if (!"default".equals(words.get("type"))) {
            command.add("--target-action=promote");
        }
        String timeline = Optional.ofNullable(words.get("timeline")).orElse("latest");
        command.add("--target-timeline=" + timeline);
        command.add("restore");
        return command;
    }

    private static String script(String name) {
        return Beside.text(Fillings.class, name);
    }

    private static Optional<Amount> fetched(String line) {
        Matcher matcher = FETCHED.matcher(line);
        return matcher.find()
                ? Optional.of(new Amount((long) Double.parseDouble(matcher.group(1)), 100, "%"))
                : Optional.empty();
    }

    private static Optional<Amount> replayed(String line, AtomicLong count, long total) {
        return REPLAYED.matcher(line).find()
                ? Optional.of(new Amount(count.incrementAndGet(), Math.max(total, count.get()), "files"))
                : Optional.empty();
    }

    private static Optional<Amount> checked(String line) {
        Matcher matcher = Pattern.compile("(\\d+)/(\\d+) MB").matcher(line);
        return matcher.find()
                ? Optional.of(new Amount(
                        Long.parseLong(matcher.group(1)) << 20, Long.parseLong(matcher.group(2)) << 20, "bytes"))
                : Optional.empty();
    }
}
