package dev.holdfast.engines.pgbouncer;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Context;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The pooler's roles are those of the server behind it, whose engine keeps them and shows the pooled endpoint. What is
 * the pooler's own is its console.
 */
final class PgBouncerAccess implements Access<PgBouncerSpec> {
    @Override
    public List<Endpoint> endpoints(Service<PgBouncerSpec> service, Context context) {
        return List.of();
    }

    @Override
    public SortedMap<String, Redacted> variables(
            Service<PgBouncerSpec> service, Optional<String> role, Context context) {
        return new TreeMap<>();
    }

    @Override
    public Client client(Service<PgBouncerSpec> service, Optional<String> role, Context context) {
        String user = role.orElse(PgBouncerNames.ADMIN);
        if (!List.of(PgBouncerNames.ADMIN, PgBouncerNames.STATS).contains(user)) {
            throw new HoldfastException(Problem.of(
                    Code.HF1511,
                    "the console of pooler '" + service.name() + "' has no user '" + user + "'",
                    "Ask for " + PgBouncerNames.ADMIN + " or " + PgBouncerNames.STATS + ", or connect to '"
                            + PgBouncerNames.parent(service) + "' as a role of the server."));
        }
        Address address = context.outside(service.name(), PgBouncerNames.PORT);
        Redacted password = context.secret(PgBouncerNames.own(service, user));
        return new Client(
                // not /usr/bin/psql, which is a Perl script that looks for clusters of its own
                List.of("/usr/lib/postgresql/" + PgBouncerNames.CLIENT_VERSION + "/bin/psql"),
                new TreeMap<>(Map.of(
                        "PGHOST", new Redacted(address.host()),
                        "PGPORT", new Redacted(Integer.toString(address.port())),
                        "PGUSER", new Redacted(user),
                        "PGPASSWORD", password,
                        "PGDATABASE", new Redacted(PgBouncerNames.CONSOLE),
                        "PGSSLMODE", new Redacted("verify-full"),
                        "PGSSLROOTCERT", new Redacted("/tls/ca.crt"))),
                new Redacted("postgresql://" + user + ":" + password.reveal() + "@" + address + "/"
                        + PgBouncerNames.CONSOLE + "?sslmode=verify-full&sslrootcert="
                        + context.authorityFile().replace(" ", "%20")));
    }

    @Override
    public List<Change> changes(Service<PgBouncerSpec> service, Context context) {
        return List.of();
    }

    @Override
    public List<Change> fromNothing(Service<PgBouncerSpec> service, Context context) {
        return List.of();
    }

    @Override
    public void apply(Change change, Service<PgBouncerSpec> service, Context context) {
        throw new HoldfastException(Problem.of(
                Code.HF9001,
                "a pooler was asked to do '" + change.summary() + "'",
                "Please report this: a pooler has nothing of its own to change."));
    }
}
