package dev.holdfast.engines.neo4j;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Context;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Users of Neo4j. What the file declares is made so; what people made by hand stays; what Holdfast made and the file no
 * longer declares is proposed to go. Community has no rights to give: whoever logs in may do everything.
 */
final class Neo4jAccess implements Access<Neo4jSpec> {
    /** The account Holdfast itself uses: the one an empty server begins with. */
    static final String ADMINISTRATOR = "neo4j";

    private static final String CREATE = "CREATE USER ";
    private static final String ALTER = "ALTER USER ";
    private static final String DROP = "DROP USER ";

    private final Neo4jSession session;

    Neo4jAccess(Neo4jSession session) {
        this.session = session;
    }

    @Override
    public List<Change> changes(Service<Neo4jSpec> service, Context context) {
        Neo4jSession.Door door = Neo4jSession.Door.of(service, context);
        try {
            Set<String> there = new TreeSet<>();
            Set<String> barred = new TreeSet<>();
            for (Map<String, Json> row : session.rows(door, Neo4jSession.SYSTEM, "SHOW USERS")) {
                String user = Neo4jSession.text(row, "user");
                there.add(user);
                if ("true".equals(Neo4jSession.text(row, "passwordChangeRequired"))) {
                    barred.add(user);
                }
            }
            for (String role : service.settings().rolesInForce().keySet()) {
                if (there.contains(role) && !entersWith(Neo4jSession.Door.of(service, role, context))) {
                    barred.add(role);
                }
            }
            return diff(
                    service.name(),
                    service.settings().rolesInForce().keySet(),
                    there,
                    barred,
                    Neo4jMarks.read(session, door, Neo4jMarks.USER));
        } catch (IOException e) {
            throw Neo4jSession.refused(e, door);
        }
    }

    private boolean entersWith(Neo4jSession.Door door) throws IOException {
        try {
            session.rows(door, Neo4jSession.DATABASE, "RETURN 1 AS one");
            return true;
        } catch (Neo4jSession.Refusal e) {
            if (e.isOfPassword()) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public List<Change> fromNothing(Service<Neo4jSpec> service, Context context) {
        return diff(service.name(), service.settings().rolesInForce().keySet(), Set.of(), Set.of(), Set.of());
    }

    /**
     * @param barred who cannot log in with the password that the stack keeps
     * @param made whom Holdfast made
     */
    static List<Change> diff(
            String service, Set<String> desired, Set<String> there, Set<String> barred, Set<String> made) {
        List<Change> changes = new ArrayList<>();
        for (String user : desired) {
            String where = service + "/roles/" + user;
            String password = " SET PASSWORD '${" + secret(service, user) + "}' CHANGE NOT REQUIRED";
            if (!there.contains(user)) {
                changes.add(new Change(
                        where,
                        "create user '" + user + "'",
                        CREATE + Neo4jText.quoted(user) + password,
                        Change.Risk.NONE,
                        Optional.of(DROP + Neo4jText.quoted(user)),
                        "the file declares it and the server has no such user"));
            } else if (barred.contains(user)) {
                changes.add(new Change(
                        where,
                        "give user '" + user + "' its password",
                        ALTER + Neo4jText.quoted(user) + password,
                        Change.Risk.NONE,
                        Optional.empty(),
                        "in the server its password is another"));
            }
        }
        made.stream()
                .filter(user -> there.contains(user) && !desired.contains(user))
                .forEach(user -> changes.add(new Change(
                        service + "/roles/" + user,
                        "remove user '" + user + "'",
                        DROP + Neo4jText.quoted(user),
                        Change.Risk.DATA,
                        Optional.of("declare the role again (it gets the password it had)"),
                        "Holdfast created it and the file declares it no longer; its clients cannot log in any more")));
        return changes;
    }

    @Override
    public void apply(Change change, Service<Neo4jSpec> service, Context context) {
        Neo4jSession.Door door = Neo4jSession.Door.of(service, context);
        String user = change.where().substring(change.where().lastIndexOf('/') + 1);
        String statement = change.statement();
        try {
            if (statement.startsWith(DROP)) {
                session.run(
                        door,
                        Neo4jSession.SYSTEM,
                        List.of(new Neo4jSession.Statement(
                                "DROP USER $name IF EXISTS", Map.of("name", Json.text(user)))));
                session.run(door, Neo4jSession.DATABASE, List.of(Neo4jMarks.gone(Neo4jMarks.USER, user)));
                return;
            }
            if (statement.startsWith(CREATE)) {
                // the mark first: a user without it would never be proposed to go
                session.run(door, Neo4jSession.DATABASE, List.of(Neo4jMarks.made(Neo4jMarks.USER, user)));
            }
            Map<String, Json> parameters = Map.of(
                    "name",
                    Json.text(user),
                    "password",
                    Json.text(context.secret(secret(service.name(), user)).reveal()));
            session.run(
                    door,
                    Neo4jSession.SYSTEM,
                    List.of(new Neo4jSession.Statement(
                            "CREATE USER $name IF NOT EXISTS SET PASSWORD $password CHANGE NOT REQUIRED", parameters)));
            // Neo4j refuses a password that is the one there was
            if (!entersWith(Neo4jSession.Door.of(service, user, context))) {
                session.run(
                        door,
                        Neo4jSession.SYSTEM,
                        List.of(new Neo4jSession.Statement(
                                "ALTER USER $name SET PASSWORD $password CHANGE NOT REQUIRED", parameters)));
            }
        } catch (IOException e) {
            throw Neo4jSession.refused(e, door);
        }
    }

    @Override
    public List<Endpoint> endpoints(Service<Neo4jSpec> service, Context context) {
        String member = Neo4jProvisioning.member(service);
        Address bolt = context.outside(member, Neo4jProvisioning.BOLT);
        Address https = context.outside(member, Neo4jProvisioning.HTTPS);
        return List.of(
                new Endpoint("direct", member, bolt.host(), bolt.port(), "bolt+s://" + bolt),
                new Endpoint("https", member, https.host(), https.port(), "https://" + https));
    }

    @Override
    public SortedMap<String, Redacted> variables(Service<Neo4jSpec> service, Optional<String> role, Context context) {
        String user = role(service, role);
        String member = Neo4jProvisioning.member(service);
        SortedMap<String, Redacted> variables = new TreeMap<>();
        variables.put("NEO4J_URI", new Redacted("bolt+s://" + context.outside(member, Neo4jProvisioning.BOLT)));
        variables.put("NEO4J_USERNAME", new Redacted(user));
        variables.put("NEO4J_PASSWORD", context.secret(secret(service.name(), user)));
        variables.put("NEO4J_DATABASE", new Redacted(Neo4jSession.DATABASE));
        variables.put("NEO4J_HTTPS_URL", new Redacted("https://" + context.outside(member, Neo4jProvisioning.HTTPS)));
        variables.put("NEO4J_CA_FILE", new Redacted(context.authorityFile()));
        return variables;
    }

    /** Neo4j's own shell, which takes its login from the environment. */
    @Override
    public Client client(Service<Neo4jSpec> service, Optional<String> role, Context context) {
        String user = role(service, role);
        Address bolt = context.outside(Neo4jProvisioning.member(service), Neo4jProvisioning.BOLT);
        Redacted password = context.secret(secret(service.name(), user));
        SortedMap<String, Redacted> environment = new TreeMap<>(Map.of(
                "NEO4J_USERNAME", new Redacted(user),
                "NEO4J_PASSWORD", password,
                "NEO4J_DATABASE", new Redacted(Neo4jSession.DATABASE)));
        return new Client(
                List.of(
                        "/java/bin/java",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        "/app/*",
                        "org.neo4j.shell.Main",
                        // the shell knows no other authorities than the Java machine's own; the port is this machine's
                        "-a",
                        "bolt+ssc://" + bolt),
                environment,
                new Redacted("bolt+s://" + user + ":" + password.reveal() + "@" + bolt),
                Optional.of(new Outside(
                        new Programs.Maven("org.neo4j:cypher-shell", Neo4jProvisioning.VERSION, List.of(), Map.of()),
                        "")));
    }

    static SecretRef secret(String service, String user) {
        return new SecretRef(service, user.equals(ADMINISTRATOR) ? ADMINISTRATOR : "roles/" + user);
    }

    private static String role(Service<Neo4jSpec> service, Optional<String> role) {
        String name = role.orElseGet(() -> service.settings().applicationRole());
        if (!name.equals(ADMINISTRATOR) && !service.settings().rolesInForce().containsKey(name)) {
            throw new HoldfastException(Problem.of(
                    Code.HF1605,
                    "service '" + service.name() + "' has no role '" + name + "'",
                    "Name one of: "
                            + String.join(
                                    ", ", service.settings().rolesInForce().keySet()) + ", " + ADMINISTRATOR
                            + "."));
        }
        return name;
    }
}
