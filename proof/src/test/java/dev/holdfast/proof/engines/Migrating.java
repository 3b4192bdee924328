package dev.holdfast.proof.engines;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.engine.Migrations;
import dev.holdfast.engine.Migrations.Done;
import dev.holdfast.engine.Migrations.Entry;
import dev.holdfast.engine.Migrations.State;
import dev.holdfast.engine.Migrations.Status;
import dev.holdfast.engine.Migrations.Watcher;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.HoldfastException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The migrations of a service, their type out of the way, and all that was said meanwhile. */
record Migrating<S extends Record>(Bound<S> bound, Context context, List<String> said) {
    static <S extends Record> Migrating<S> of(Bound<S> bound, Context context) {
        return new Migrating<>(bound, context, new CopyOnWriteArrayList<>());
    }

    Migrations<S> migrations() {
        return bound.engine().schema().orRefuse().migrations().orRefuse();
    }

    Status status(String database) {
        return migrations().status(bound.service(), database, context);
    }

    /** Such as {@code V1 APPLIED}. */
    List<String> states(String database) {
        return status(database).entries().stream()
                .map(entry -> entry.label() + " " + entry.state())
                .toList();
    }

    State state(String database, String label) {
        return entry(database, label).state();
    }

    Entry entry(String database, String label) {
        return status(database).entries().stream()
                .filter(entry -> entry.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    Done up(String database) {
        return up(database, Optional.empty());
    }

    Done up(String database, Optional<String> to) {
        try {
            return migrations().up(bound.service(), database, to, bench(), Watcher.silent());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    List<String> ran(String database) {
        return up(database).ran().stream().map(Entry::label).toList();
    }

    /** What an up is refused with, as people read it. */
    String refused(String database) {
        return refused(() -> up(database));
    }

    static String refused(Runnable work) {
        try {
            work.run();
        } catch (HoldfastException refused) {
            return String.join(
                    "\n", refused.problems().stream().map(Object::toString).toList());
        }
        throw new AssertionError("it was not refused");
    }

    List<String> repair(String database) {
        return migrations().repair(bound.service(), database, bench()).sentences();
    }

    List<String> adopt(String database, String... at) {
        return migrations()
                .adopt(bound.service(), database, List.of(at).stream().findFirst(), bench())
                .sentences();
    }

    Done reset(String database) {
        try {
            return migrations().reset(bound.service(), database, bench(), Watcher.silent());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    List<Change> changes() {
        return migrations().changes(bound.service(), context);
    }

    private Bench bench() {
        return new Bench() {
            @Override
            public Context context() {
                return context;
            }

            @Override
            public void say(String text) {
                said.add(text);
            }

            @Override
            public void say(String text, long done, long total, String unit) {}

            @Override
            public void requireWanted() {}

            @Override
            public Errand.Ran run(Errand errand, Consumer<String> onLine) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
