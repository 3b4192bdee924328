package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.engine.Doctor;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Support;
import dev.holdfast.engines.Engines;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.GivenFile;
import dev.holdfast.secret.Redacted;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Looks at a server from the outside. It runs in this process: an address needs no daemon and no stack, and its password
 * goes nowhere but to that server.
 */
public final class DoctorCommand implements Command {
    private static final int LONGEST = 8192;

    @Override
    public String name() {
        return "doctor";
    }

    @Override
    public String summary() {
        return "examine any PostgreSQL by its URL, or a service: network, TLS, login, pooling, rights, settings";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .required(
                        "URL|SERVICE",
                        "a URL; file:PATH, whose first line is one; - for one on standard input; or a service")
                .value("STACK", "the stack of the service; the one of the stack file here otherwise", "--stack", "-s")
                .value("ROLE", "go into the service as this role; by each door with its own otherwise", "--role", "-r")
                .footer(
                        "A URL in an argument can be seen by other users of this machine while the command runs (ps), and stays",
                        "in the shell's history: with a password in it, use - or file:PATH (which must be readable by you alone).",
                        "It reads only, and never shows a password. Exit status: 0 when nothing is bad, 4 when something is.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String word = arguments.positional(0).orElse("");
        List<Door> doors = doors(word, arguments, session);
        List<Json> results = new ArrayList<>();
        boolean bad = false;
        for (Door door : doors) {
            Doctor.Examination examination = door.doctor().examine(door.address(), InstantSource.system());
            bad |= examination.isBad();
            results.add(json(door, examination));
            if (!session.isJson() && !session.isQuiet()) {
                show(door, examination, session);
            }
        }
        if (session.isJson()) {
            session.json(Json.object()
                    .put("bad", bad)
                    .put("examinations", Json.array(results))
                    .build());
        }
        return bad ? Results.NOT_READY : 0;
    }

    /** One way in to look at. */
    private record Door(String name, Doctor doctor, Redacted address) {}

    private static List<Door> doors(String word, Arguments arguments, Session session) {
        if (word.equals("-")) {
            return List.of(door(line(session)));
        }
        if (word.startsWith(GivenFile.PREFIX)) {
            return List.of(door(GivenFile.of(session.path(word.substring(GivenFile.PREFIX.length())))
                    .secret()));
        }
        Redacted address = new Redacted(word);
        if (word.contains("://") || doctors().stream().anyMatch(doctor -> doctor.knows(word))) {
            return List.of(door(address));
        }
        return ofService(word, arguments, session);
    }

    private static Door door(Redacted address) {
        Doctor doctor = doctors().stream()
                .filter(one -> one.knows(address.reveal()))
                .findFirst()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF1525,
                        "what was given is no address of a server that holdfast doctor knows",
                        "Give it as postgresql://user:password@host:5432/database.")));
        return new Door("", doctor, address);
    }

    private static List<Doctor> doctors() {
        List<Doctor> doctors = new ArrayList<>();
        for (Engine<?> engine : Engines.register().engines()) {
            if (engine.doctor() instanceof Support.Offered<Doctor>(Doctor doctor)) {
                doctors.add(doctor);
            }
        }
        return doctors;
    }

    /** The server as Holdfast itself goes in, and the door of the application where that is another one. */
    private static List<Door> ofService(String service, Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(arguments.value("--stack"), daemon, session);
        Optional<String> role = arguments.value("--role");
        Json application = connect(daemon, stack, service, role);
        Doctor doctor = Engines.register()
                .find(application.textAt("engine").orElse(""))
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF1525,
                        "service '" + service + "' is of an engine this build does not know",
                        "Run 'holdfast daemon stop' and the command again.")))
                .doctor()
                .orRefuse();
        String url = application.textAt("url").orElse("");
        List<Door> doors = new ArrayList<>();
        if (role.isEmpty()) {
            String own = connect(daemon, stack, service, Optional.of("holdfast"))
                    .textAt("url")
                    .orElse("");
            doors.add(new Door(service + " as holdfast", doctor, new Redacted(own)));
        }
        doors.add(new Door(service + " as " + role.orElse("an application"), doctor, new Redacted(url)));
        return doors;
    }

    private static Json connect(Daemon daemon, String stack, String service, Optional<String> role) {
        return daemon.getPath(Client.path("/v1/stacks/{}/connect/{}", stack, service)
                + role.map(name -> Client.path("?role={}", name)).orElse(""));
    }

    private static Redacted line(Session session) {
        try {
            byte[] bytes = session.surroundings().in().readNBytes(LONGEST);
            return new Redacted(new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Json json(Door door, Doctor.Examination examination) {
        List<Json> findings = new ArrayList<>();
        for (Doctor.Finding finding : examination.findings()) {
            findings.add(Json.object()
                    .put("check", finding.check())
                    .put("verdict", word(finding))
                    .put("evidence", finding.evidence())
                    .put("remedy", finding.remedy())
                    .build());
        }
        return Json.object()
                .put("door", door.name().isEmpty() ? Optional.empty() : Optional.of(door.name()))
                .put("address", examination.shown())
                .put("bad", examination.isBad())
                .put("findings", Json.array(findings))
                .put("figures", examination.figures())
                .build();
    }

    private static void show(Door door, Doctor.Examination examination, Session session) {
        session.line(session.paint()
                .strong((door.name().isEmpty() ? "" : door.name() + ": ") + Quoting.visible(examination.shown())));
        long warns = 0;
        long bads = 0;
        for (Doctor.Finding finding : examination.findings()) {
            String sign = switch (finding.verdict()) {
                case OK -> session.paint().good("ok  ");
                case WARN -> session.paint().careful("warn");
                case BAD -> session.paint().bad("bad ");
            };
            warns += finding.verdict() == Doctor.Verdict.WARN ? 1 : 0;
            bads += finding.verdict() == Doctor.Verdict.BAD ? 1 : 0;
            session.line("  " + sign + "  " + session.paint().strong(finding.check()) + "  "
                    + Quoting.visible(finding.evidence()));
            finding.remedy()
                    .ifPresent(remedy ->
                            session.line("        " + session.paint().faint("fix:") + " " + Quoting.visible(remedy)));
        }
        session.line("  " + Amounts.count(examination.findings().size(), "finding") + ": " + bads + " bad, " + warns
                + (warns == 1 ? " warning" : " warnings"));
    }

    private static String word(Doctor.Finding finding) {
        return finding.verdict().name().toLowerCase(Locale.ROOT);
    }
}
