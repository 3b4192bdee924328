package dev.holdfast.engines.questdb;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Rotation;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The two logins of the open edition: one that may do everything, over PostgreSQL's wire and over HTTP, and one that only
 * reads, over PostgreSQL's wire. Both stand in the server's file, so a changed role is a changed file.
 */
final class QuestDbAccess implements Access<QuestDbSpec> {
    /** The login of a service that has no role that writes. */
    static final String ADMINISTRATOR = "holdfast";

    private static final String DATABASE = "qdb";
    private static final String CLIENT_VERSION = "17";

    @Override
    public List<Change> changes(Service<QuestDbSpec> service, Context context) {
        return List.of();
    }

    @Override
    public List<Change> fromNothing(Service<QuestDbSpec> service, Context context) {
        return List.of();
    }

    @Override
    public void apply(Change change, Service<QuestDbSpec> service, Context context) {
        throw new HoldfastException(Problem.of(
                Code.HF9001,
                "the logins of QuestDB have no change '" + change.statement() + "'",
                "Please report this: it is a mistake of ours."));
    }

    @Override
    public Support<Rotation<QuestDbSpec>> rotation() {
        return Support.notOffered(
                "QuestDB keeps one password a login, so there is no moment at which the old one and the new one are both good",
                "Stop the clients, give the role another name in the stack file, run `holdfast apply`, and start them with what"
                        + " `holdfast env` says.");
    }

    @Override
    public List<Endpoint> endpoints(Service<QuestDbSpec> service, Context context) {
        String member = QuestDbProvisioning.member(service);
        Address sql = context.outside(member, QuestDbProvisioning.POSTGRES);
        Address http = context.outside(member, QuestDbProvisioning.HTTP);
        return List.of(
                new Endpoint("direct", member, sql.host(), sql.port(), "postgresql://" + sql + "/" + DATABASE),
                new Endpoint("http", member, http.host(), http.port(), "http://" + http));
    }

    @Override
    public SortedMap<String, Redacted> variables(Service<QuestDbSpec> service, Optional<String> role, Context context) {
        String user = role(service, role);
        Redacted password = context.secret(secret(service.name(), user));
        String member = QuestDbProvisioning.member(service);
        SortedMap<String, Redacted> variables = new TreeMap<>();
        variables.put("QUESTDB_URL", url(user, password, context.outside(member, QuestDbProvisioning.POSTGRES)));
        variables.put("QUESTDB_USERNAME", new Redacted(user));
        variables.put("QUESTDB_PASSWORD", password);
        if (user.equals(account(service))) {
            Address http = context.outside(member, QuestDbProvisioning.HTTP);
            variables.put("QUESTDB_HTTP_URL", new Redacted("http://" + http));
            // what QuestDB's own clients read (Sender.fromEnv)
            variables.put(
                    "QDB_CLIENT_CONF",
                    new Redacted("http::addr=" + http + ";username=" + user + ";password=" + password.reveal() + ";"));
        }
        return variables;
    }

    /** psql, of PostgreSQL's packages: QuestDB speaks its wire. */
    @Override
    public Client client(Service<QuestDbSpec> service, Optional<String> role, Context context) {
        String user = role(service, role);
        Redacted password = context.secret(secret(service.name(), user));
        Address address = context.outside(QuestDbProvisioning.member(service), QuestDbProvisioning.POSTGRES);
        SortedMap<String, Redacted> environment = new TreeMap<>(Map.of(
                "PGHOST", new Redacted(address.host()),
                "PGPORT", new Redacted(Integer.toString(address.port())),
                "PGUSER", new Redacted(user),
                "PGPASSWORD", password,
                "PGDATABASE", new Redacted(DATABASE),
                "PGSSLMODE", new Redacted("disable"),
                "PGGSSENCMODE", new Redacted("disable"),
                "PSQL_HISTORY", new Redacted("/dev/null")));
        return new Client(
                List.of("/usr/lib/postgresql/" + CLIENT_VERSION + "/bin/psql"),
                environment,
                url(user, password, address),
                Optional.of(new Outside(new Programs.Debian(List.of("postgresql-client-" + CLIENT_VERSION)), "")));
    }

    /** The login that may do everything, which Holdfast itself uses. */
    static String account(Service<QuestDbSpec> service) {
        return service.settings().writer().orElse(ADMINISTRATOR);
    }

    static SecretRef secret(String service, String user) {
        return new SecretRef(service, user.equals(ADMINISTRATOR) ? ADMINISTRATOR : "roles/" + user);
    }

    private static Redacted url(String user, Redacted password, Address address) {
        return new Redacted(
                "postgresql://" + user + ":" + password.reveal() + "@" + address + "/" + DATABASE + "?sslmode=disable");
    }

    private static String role(Service<QuestDbSpec> service, Optional<String> role) {
        List<String> logins = new ArrayList<>(List.of(account(service)));
        service.settings().reader().ifPresent(logins::add);
        String name = role.orElseGet(() -> service.settings().applicationRole());
        if (!logins.contains(name)) {
            throw new HoldfastException(Problem.of(
                    Code.HF1605,
                    "service '" + service.name() + "' has no role '" + name + "'",
                    "Name one of: " + String.join(", ", logins) + "."));
        }
        return name;
    }
}
