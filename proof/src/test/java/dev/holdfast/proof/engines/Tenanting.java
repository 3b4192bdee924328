package dev.holdfast.proof.engines;

import dev.holdfast.engine.Audit;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Tenancy;
import dev.holdfast.engine.Tenancy.At;
import dev.holdfast.engine.Tenancy.Created;
import dev.holdfast.engine.Tenancy.Which;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The contract, its types out of the way. */
record Tenanting<S extends Record>(Bound<S> bound, Context context, Consumer<String> heard) implements Bench {
    static <S extends Record> Tenanting<S> of(Bound<S> bound, Context context, Consumer<String> heard) {
        return new Tenanting<>(bound, context, heard);
    }

    private Schema<S> schema() {
        return bound.engine().schema().orRefuse();
    }

    private Tenancy<S> tenancy() {
        return schema().tenancy().orRefuse();
    }

    private At<S> at(String database) {
        return new At<>(bound.service(), Optional.of(database));
    }

    Created create(String database, List<String> names) {
        return tenancy().create(at(database), names, this);
    }

    List<Tenancy.Tenant> list(String database) {
        return tenancy().list(at(database), true, this);
    }

    Tenancy.Shown show(String database, String tenant) {
        return tenancy().show(at(database), Which.asked(tenant), this);
    }

    void export(String database, String tenant, Path file) {
        tenancy().export(at(database), Which.asked(tenant), file, this);
    }

    /** How many rows came. */
    long bring(String database, Path file) {
        return tenancy().bring(at(database), file, this).tables().stream()
                .mapToLong(part -> part.size().rows())
                .sum();
    }

    Tenancy.Moved move(String tenant, boolean gone) {
        return move(Which.asked(tenant), gone);
    }

    Tenancy.Moved move(Which tenant, boolean gone) {
        return tenancy().move(at("here"), at("there"), tenant, gone, this);
    }

    void drop(String database, String tenant) {
        drop(database, Which.asked(tenant), Optional.empty());
    }

    void drop(String database, Which tenant, Optional<Path> archive) {
        tenancy().drop(at(database), tenant, archive, this);
    }

    List<Audit.Entry> log(Optional<String> table, int most) {
        return schema().audit()
                .orRefuse()
                .log(
                        bound.service(),
                        Optional.empty(),
                        new Audit.Wanted(table, Optional.empty(), Optional.empty(), most),
                        this);
    }

    Audit.Verified verify(Optional<String> expected) {
        return schema().audit().orRefuse().verify(bound.service(), Optional.empty(), expected, this);
    }

    @Override
    public void say(String text) {
        heard.accept(text);
    }

    @Override
    public void say(String text, long done, long total, String unit) {}

    @Override
    public void requireWanted() {}

    @Override
    public Errand.Ran run(Errand errand, Consumer<String> onLine) {
        throw new AssertionError("no program is needed");
    }
}
