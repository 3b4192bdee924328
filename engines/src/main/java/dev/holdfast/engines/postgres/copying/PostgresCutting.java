package dev.holdfast.engines.postgres.copying;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Cutting;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.secret.Safe;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.util.List;

/** The files of a server at one instant are what a crash leaves: it replays its log from the last checkpoint. */
public final class PostgresCutting implements Cutting<PostgresSpec> {
    /** Everything since the last checkpoint is replayed, so there is one right before. */
    @Override
    public void settle(Service<PostgresSpec> service, Context from) {
        if (!Elsewhere.is(service)) {
            EntranceSession.checkpoint(service, from);
        }
    }

    @Override
    public List<String> leftOut(Service<PostgresSpec> service) {
        return List.of("postmaster.pid", "postmaster.opts");
    }

    @Override
    public boolean enter(Service<PostgresSpec> service, Safe lent, Context to) throws InterruptedException {
        if (Elsewhere.is(service)) {
            return false;
        }
        EntranceSession.enter(service, lent, to);
        return true;
    }

    @Override
    public void awaitOpen(Service<PostgresSpec> service, Context to) throws InterruptedException {
        if (!Elsewhere.is(service)) {
            EntranceSession.awaitReload(service, to);
        }
    }
}
