package dev.holdfast.daemon;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Filling;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Restoration;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** Saves scripts by remembering when, into a store that can be away. Nothing comes back from it. */
final class ShellProtection implements Protection<ShellEngine.Script> {
    private final List<Schedule> schedules;
    private final InstantSource clock;
    private final List<Catalogue.Point> points = new CopyOnWriteArrayList<>();
    private final AtomicBoolean away = new AtomicBoolean();
    private final AtomicBoolean holding = new AtomicBoolean();

    ShellProtection(List<Schedule> schedules, InstantSource clock) {
        this.schedules = List.copyOf(schedules);
        this.clock = clock;
    }

    void away(boolean is) {
        away.set(is);
    }

    /** Whether nothing can be removed from it. */
    void holding(boolean is) {
        holding.set(is);
    }

    /** What was saved, the kind and the moment. */
    List<String> saved() {
        List<String> saved = new ArrayList<>();
        points.forEach(point -> saved.add(point.kind().word() + " " + point.begun()));
        return saved;
    }

    @Override
    public List<String> promises(Service<ShellEngine.Script> service) {
        return List.of();
    }

    @Override
    public boolean isAsked(Service<ShellEngine.Script> service) {
        return true;
    }

    @Override
    public List<Schedule> schedules(Service<ShellEngine.Script> service) {
        return schedules;
    }

    @Override
    public List<Change> changes(Service<ShellEngine.Script> service, Context context) {
        return List.of();
    }

    @Override
    public List<Change> fromNothing(Service<ShellEngine.Script> service, Context context) {
        return List.of();
    }

    @Override
    public void apply(Change change, Service<ShellEngine.Script> service, Bench bench) {
        throw none();
    }

    @Override
    public Catalogue.Point create(Service<ShellEngine.Script> service, Saving saving, Bench bench) {
        if (away.get()) {
            throw new HoldfastException(Problem.of(Code.HF3620, "the store is away", "Bring it back."));
        }
        Catalogue.Point point = new Catalogue.Point(
                "point-" + points.size(),
                saving.kind(),
                clock.instant(),
                clock.instant(),
                1,
                1,
                Optional.empty(),
                new TreeMap<>(),
                Optional.empty());
        points.add(point);
        return point;
    }

    @Override
    public Catalogue catalogue(Service<ShellEngine.Script> service, Bench bench) {
        return new Catalogue("memory", points, Optional.empty());
    }

    @Override
    public List<String> expire(Service<ShellEngine.Script> service, boolean dry, Bench bench) {
        if (holding.get()) {
            throw new HoldfastException(Problem.of(Code.HF3625, "nothing can be removed", "Let it."));
        }
        return List.of();
    }

    @Override
    public void name(String point, Service<ShellEngine.Script> service, Bench bench) {
        throw none();
    }

    @Override
    public SortedMap<String, Redacted> key(Service<ShellEngine.Script> service, Context context) {
        return new TreeMap<>();
    }

    @Override
    public Restoration restoration(
            Service<ShellEngine.Script> service,
            Restoration.Target target,
            SortedMap<String, Redacted> key,
            Optional<Context> source,
            Bench bench) {
        throw none();
    }

    @Override
    public List<Filling> fillings(
            Service<ShellEngine.Script> service,
            Restoration restoration,
            SortedMap<String, Redacted> key,
            boolean checked,
            Context to) {
        throw none();
    }

    @Override
    public Restoration.Verdict examine(Service<ShellEngine.Script> service, String id, Bench bench) {
        throw none();
    }

    @Override
    public Restoration.Verdict compare(
            Service<ShellEngine.Script> service, Restoration restoration, SortedMap<String, Redacted> key, Bench copy) {
        throw none();
    }

    @Override
    public void pour(
            Service<ShellEngine.Script> service, Restoration restoration, SortedMap<String, Redacted> key, Bench copy) {
        throw none();
    }

    @Override
    public Brought bring(Service<ShellEngine.Script> service, String table, Bench copy, Context source) {
        throw none();
    }

    @Override
    public void handOver(Service<ShellEngine.Script> service, Context copy, Bench to) {
        throw none();
    }

    private static HoldfastException none() {
        return new HoldfastException(Problem.of(Code.HF2001, "scripts are not restored", "Leave it."));
    }
}
