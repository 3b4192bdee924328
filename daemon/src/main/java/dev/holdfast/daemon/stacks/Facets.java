package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Visit;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Migrations;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Reconciled;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.List;

/** What lives inside running engines: databases and buckets first, then who may use them, then how they are saved. */
final class Facets {
    private Facets() {}

    /** One change and the facet that can do it. */
    record Inside(String service, Change change, Work work) {}

    interface Work {
        void apply(Bench bench) throws InterruptedException;
    }

    /** Asks the running service what differs. */
    static List<Inside> observed(Register register, Service<?> service, Context context) {
        return Visit.call(() -> of(Bound.of(register, service), context, true));
    }

    /** The same without the files that are pending: what was copied or restored stays in the shape it has. */
    static List<Inside> observedAsItIs(Register register, Service<?> service, Context context) {
        return Visit.call(() -> shaped(Bound.of(register, service), context, true));
    }

    /** What the service would need if it were new; asks nobody. */
    static List<Inside> fromNothing(Register register, Service<?> service, Context context) {
        return of(Bound.of(register, service), context, false);
    }

    /** What the running service does not allow or waits for, and what was seen in it that only people can put right. */
    static List<String> notes(Register register, Service<?> service, Context context) {
        return notes(Bound.of(register, service), context);
    }

    /** What keeps the files of the service from being run. */
    static List<String> standing(Register register, Service<?> service, Context context) {
        return standing(Bound.of(register, service), context);
    }

    private static <S extends Record> List<String> standing(Bound<S> bound, Context context) {
        return bound.engine().schema() instanceof Support.Offered<Schema<S>>(Schema<S> schema)
                        && schema.migrations() instanceof Support.Offered<Migrations<S>>(Migrations<S> migrations)
                ? migrations.notes(bound.service(), context)
                : List.of();
    }

    private static <S extends Record> List<String> notes(Bound<S> bound, Context context) {
        List<String> notes = new ArrayList<>();
        if (bound.engine().schema() instanceof Support.Offered<Schema<S>>(Schema<S> schema)) {
            notes.addAll(schema.notes(bound.service(), context));
        }
        if (bound.engine().access() instanceof Support.Offered<Access<S>>(Access<S> access)) {
            notes.addAll(access.notes(bound.service(), context));
        }
        notes.addAll(standing(bound, context));
        return notes;
    }

    private static <S extends Record> List<Inside> of(Bound<S> bound, Context context, boolean observe) {
        List<Inside> found = new ArrayList<>(shaped(bound, context, observe));
        // files run as roles, in databases: both are there by then
        if (bound.engine().schema() instanceof Support.Offered<Schema<S>>(Schema<S> schema)
                && schema.migrations() instanceof Support.Offered<Migrations<S>>(Migrations<S> migrations)) {
            Service<S> service = bound.service();
            List<Change> changes =
                    observe ? migrations.changes(service, context) : migrations.fromNothing(service, context);
            changes.forEach(change ->
                    found.add(new Inside(service.name(), change, bench -> migrations.apply(change, service, bench))));
        }
        if (bound.engine().protection() instanceof Support.Offered<Protection<S>>(Protection<S> protection)) {
            Service<S> service = bound.service();
            List<Change> changes =
                    observe ? protection.changes(service, context) : protection.fromNothing(service, context);
            changes.forEach(change ->
                    found.add(new Inside(service.name(), change, bench -> protection.apply(change, service, bench))));
        }
        return found;
    }

    private static <S extends Record> List<Inside> shaped(Bound<S> bound, Context context, boolean observe) {
        List<Inside> found = new ArrayList<>();
        if (bound.engine().schema() instanceof Support.Offered<Schema<S>>(Schema<S> schema)) {
            found.addAll(of(bound, schema, context, observe));
        }
        if (bound.engine().access() instanceof Support.Offered<Access<S>>(Access<S> access)) {
            found.addAll(of(bound, access, context, observe));
        }
        return found;
    }

    private static <S extends Record> List<Inside> of(
            Bound<S> bound, Reconciled<S> facet, Context context, boolean observe) {
        Service<S> service = bound.service();
        List<Change> changes = observe ? facet.changes(service, context) : facet.fromNothing(service, context);
        List<Inside> found = new ArrayList<>();
        for (Change change : changes) {
            found.add(new Inside(service.name(), change, bench -> facet.apply(change, service, bench.context())));
        }
        return found;
    }
}
