package dev.holdfast.engines.neo4j;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.engines.TrustingClients;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * Holdfast's own statements, over HTTPS that trusts the stack's authority alone. Statements of one call are one
 * transaction: all of them are done, or none.
 */
final class Neo4jSession {
    /** The one database that Community has for its users. */
    static final String DATABASE = "neo4j";

    /** Where users and databases are kept. */
    static final String SYSTEM = "system";

    /** Of a probe, and of reaching the server at all. */
    static final Duration SOON = Duration.ofMillis(1_800);

    /** Of a question for which somebody waits: a busy server may take its time. */
    static final Duration PATIENT = Duration.ofSeconds(20);

    /** Of what changes the graph. */
    static final Duration LONG = Duration.ofMinutes(30);

    private final TrustingClients clients = new TrustingClients(SOON);

    /** Where, trusting whom, as whom. */
    record Door(String service, Address address, String authorityFile, String user, Redacted password) {
        static Door of(Service<Neo4jSpec> service, Context context) {
            return of(service, Neo4jAccess.ADMINISTRATOR, context);
        }

        static Door of(Service<Neo4jSpec> service, String user, Context context) {
            return new Door(
                    service.name(),
                    context.outside(Neo4jProvisioning.member(service), Neo4jProvisioning.HTTPS),
                    context.authorityFile(),
                    user,
                    context.secret(Neo4jAccess.secret(service.name(), user)));
        }
    }

    /** One statement; what varies goes as a parameter and never into the text. */
    record Statement(String text, Map<String, Json> parameters) {
        Statement {
            parameters = Map.copyOf(parameters);
        }

        static Statement of(String text) {
            return new Statement(text, Map.of());
        }
    }

    /** What the server has against a statement; {@code code} is its own word for it. */
    static final class Refusal extends IOException {
        private static final long serialVersionUID = 1L;
        private final String code;

        Refusal(String code, String message) {
            super(message);
            this.code = code;
        }

        String code() {
            return code;
        }

        boolean isOfPassword() {
            return code.startsWith("Neo.ClientError.Security.");
        }
    }

    /** The rows of one statement, each value by its column. */
    List<Map<String, Json>> rows(Door door, String database, Statement statement) throws IOException {
        return all(door, database, List.of(statement), PATIENT).getFirst();
    }

    /** The same for a probe, which waits for nobody. */
    List<Map<String, Json>> soon(Door door, String database, String statement) throws IOException {
        return all(door, database, List.of(Statement.of(statement)), SOON).getFirst();
    }

    List<Map<String, Json>> rows(Door door, String database, String statement) throws IOException {
        return rows(door, database, Statement.of(statement));
    }

    /** Does all of them in one transaction and waits for as long as that takes. */
    void run(Door door, String database, List<Statement> statements) throws IOException {
        all(door, database, statements, LONG);
    }

    /** The rows of each statement. */
    List<List<Map<String, Json>>> all(Door door, String database, List<Statement> statements, Duration patience)
            throws IOException {
        List<Json> written = new ArrayList<>();
        for (Statement statement : statements) {
            Json.Builder parameters = Json.object();
            statement.parameters().forEach(parameters::put);
            written.add(Json.object()
                    .put("statement", statement.text())
                    .put("parameters", parameters.build())
                    .build());
        }
        Json answer = send(
                door,
                "/db/" + database + "/tx/commit",
                Json.object().put("statements", Json.array(written)).build(),
                patience);
        List<List<Map<String, Json>>> results = new ArrayList<>();
        for (Json result : answer.itemsAt("results")) {
            results.add(rows(result));
        }
        if (results.size() < statements.size()) {
            throw new IOException("it answered " + results.size() + " of " + statements.size() + " statements");
        }
        return results;
    }

    /** One statement that begins and ends its own transactions ({@code CALL … IN TRANSACTIONS}). */
    void runAlone(Door door, String database, Statement statement) throws IOException {
        Json.Builder parameters = Json.object();
        statement.parameters().forEach(parameters::put);
        send(
                door,
                "/db/" + database + "/query/v2",
                Json.object()
                        .put("statement", statement.text())
                        .put("parameters", parameters.build())
                        .build(),
                LONG);
    }

    private static List<Map<String, Json>> rows(Json result) {
        List<String> names = new ArrayList<>();
        for (Json column : result.itemsAt("columns")) {
            names.add(column instanceof Json.Text(String text) ? text : "");
        }
        List<Map<String, Json>> rows = new ArrayList<>();
        for (Json item : result.itemsAt("data")) {
            Map<String, Json> values = new LinkedHashMap<>();
            List<Json> row = item.itemsAt("row");
            for (int i = 0; i < Math.min(row.size(), names.size()); i++) {
                values.put(names.get(i), row.get(i));
            }
            rows.add(values);
        }
        return rows;
    }

    private Json send(Door door, String path, Json body, Duration patience) throws IOException {
        String account = Base64.getEncoder()
                .encodeToString((door.user() + ":" + door.password().reveal()).getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + door.address() + path))
                .timeout(patience)
                .header("Authorization", "Basic " + account)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json;charset=UTF-8")
                .POST(HttpRequest.BodyPublishers.ofString(body.compact()))
                .build();
        try {
            HttpResponse<String> response =
                    clients.of(door.authorityFile()).send(request, HttpResponse.BodyHandlers.ofString());
            return good(response);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Json good(HttpResponse<String> response) throws IOException {
        Json answer;
        try {
            answer = Json.parse(response.body());
        } catch (JsonException e) {
            throw new IOException("it answers " + response.statusCode() + " with what is no JSON", e);
        }
        for (Json error : answer.itemsAt("errors")) {
            throw new Refusal(
                    error.textAt("code").orElse("?"),
                    error.textAt("message").orElse("no reason given").replaceAll("\\s+", " "));
        }
        if (response.statusCode() / 100 != 2) {
            throw new Refusal("?", "status " + response.statusCode());
        }
        return answer;
    }

    static String text(Map<String, Json> row, String column) {
        Json value = row.getOrDefault(column, new Json.Null());
        return switch (value) {
            case Json.Text(String text) -> text;
            case Json.Numeral(String literal) -> literal;
            case Json.Bool(boolean truth) -> Boolean.toString(truth);
            case Json.Null _ -> "";
            case Json.Array _, Json.Members _ -> value.compact();
        };
    }

    static List<String> texts(Map<String, Json> row, String column) {
        List<String> texts = new ArrayList<>();
        if (row.get(column) instanceof Json.Array(List<Json> items)) {
            for (Json item : items) {
                texts.add(item instanceof Json.Text(String text) ? text : item.compact());
            }
        }
        return texts;
    }

    /** What a failure means, and the sentence that says what to do. */
    static Failure failure(IOException e, Door door) {
        String log = "Read the service's log with `holdfast logs " + door.service() + "`.";
        String restart = "Start it with `holdfast restart " + door.service() + "`, or read `holdfast logs "
                + door.service() + "`.";
        String at = door.address().toString();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return new Failure(
                        Code.HF3675,
                        "the certificate that Neo4j at " + at + " shows has expired",
                        "Run `holdfast restart " + door.service() + "`, which issues a new one.");
            }
        }
        return switch (e) {
            case Refusal refusal
            when refusal.isOfPassword() ->
                new Failure(
                        Code.HF3676,
                        "Neo4j at " + at + " refuses the password of user '" + door.user() + "'",
                        "Somebody has changed this user in the server: give it the password of the stack's secrets again,"
                                + " or start anew from a branch or a copy.");
            case Refusal refusal ->
                new Failure(Code.HF3677, "Neo4j at " + at + " answers: " + refusal.getMessage(), log);
            case SSLException tls ->
                new Failure(
                        Code.HF3675,
                        "no TLS session with Neo4j at " + at + ": " + tls.getMessage(),
                        "Look for another program on this port, or restart with `holdfast restart " + door.service()
                                + "`.");
            case ConnectException _ -> new Failure(Code.HF3675, "nothing listens at " + at, restart);
            case HttpTimeoutException _ -> new Failure(Code.HF3675, "Neo4j at " + at + " did not answer in time", log);
            default -> new Failure(Code.HF3675, "no answer from Neo4j at " + at + ": " + e.getMessage(), log);
        };
    }

    static HoldfastException refused(IOException e, Door door) {
        Failure failure = failure(e, door);
        return new HoldfastException(Problem.of(failure.code(), failure.because(), failure.next()), e);
    }

    record Failure(Code code, String because, String next) {}
}
