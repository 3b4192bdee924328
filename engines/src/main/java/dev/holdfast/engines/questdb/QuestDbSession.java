package dev.holdfast.engines.questdb;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
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
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Holdfast's own statements, over HTTP: {@code /exec} runs one and answers when it is done. One client is kept. */
final class QuestDbSession {
    /** Of a probe, and of reaching the server at all. */
    static final Duration SOON = Duration.ofMillis(1_800);

    /** Of a question for which somebody waits: a busy server may take its time. */
    static final Duration PATIENT = Duration.ofSeconds(20);

    /** Of what changes a table, which may have to wait for those that write to it. */
    static final Duration LONG = Duration.ofMinutes(2);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(SOON)
            .build();

    /** Where and as whom. */
    record Door(String service, Address address, String user, Redacted password) {
        static Door of(Service<QuestDbSpec> service, Context context) {
            String user = QuestDbAccess.account(service);
            return new Door(
                    service.name(),
                    context.outside(QuestDbProvisioning.member(service), QuestDbProvisioning.HTTP),
                    user,
                    context.secret(QuestDbAccess.secret(service.name(), user)));
        }
    }

    /** What the server has against a statement. */
    static final class Refusal extends IOException {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refusal(int status, String message) {
            super(message);
            this.status = status;
        }

        boolean isOfPassword() {
            return status == 401 || status == 403;
        }
    }

    /** The rows of an answer, each value by its column; what is null is not there, and numbers are as they were written. */
    List<Map<String, String>> rows(Door door, String statement) throws IOException {
        return rows(ask(door, statement, PATIENT));
    }

    /** The same for a probe, which waits for nobody. */
    List<Map<String, String>> soon(Door door, String statement) throws IOException {
        return rows(ask(door, statement, SOON));
    }

    private static List<Map<String, String>> rows(Json answer) {
        List<String> names = new ArrayList<>();
        answer.itemsAt("columns")
                .forEach(column -> names.add(column.textAt("name").orElse("")));
        List<Map<String, String>> rows = new ArrayList<>();
        for (Json row : answer.itemsAt("dataset")) {
            Map<String, String> values = new TreeMap<>();
            if (row instanceof Json.Array(List<Json> cells)) {
                for (int i = 0; i < Math.min(cells.size(), names.size()); i++) {
                    put(values, names.get(i), cells.get(i));
                }
            }
            rows.add(values);
        }
        return rows;
    }

    private static void put(Map<String, String> values, String name, Json cell) {
        switch (cell) {
            case Json.Text(String text) -> values.put(name, text);
            case Json.Numeral(String literal) -> values.put(name, literal);
            case Json.Bool(boolean truth) -> values.put(name, Boolean.toString(truth));
            case Json.Null _ -> {}
            case Json.Array _, Json.Members _ -> values.put(name, cell.compact());
        }
    }

    /** Runs one statement to its end. */
    void run(Door door, String statement) throws IOException {
        ask(door, statement, LONG);
    }

    private Json ask(Door door, String statement, Duration patience) throws IOException {
        String account = Base64.getEncoder()
                .encodeToString((door.user() + ":" + door.password().reveal()).getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + door.address() + "/exec?query="
                        + URLEncoder.encode(statement, StandardCharsets.UTF_8).replace("+", "%20")))
                .timeout(patience)
                .header("Authorization", "Basic " + account)
                .header("Statement-Timeout", Long.toString(patience.toMillis()))
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new Refusal(response.statusCode(), reason(response));
            }
            return Json.parse(response.body());
        } catch (JsonException e) {
            throw new IOException("it answers what is no JSON", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String reason(HttpResponse<String> response) {
        try {
            return Json.parse(response.body()).textAt("error").orElse("status " + response.statusCode());
        } catch (JsonException noJson) {
            return "status " + response.statusCode() + " "
                    + response.body().lines().findFirst().orElse("");
        }
    }

    /** What a failure means, and the sentence that says what to do. */
    static Failure failure(IOException e, Door door) {
        String log = "Read the service's log with `holdfast logs " + door.service() + "`.";
        return switch (e) {
            case Refusal refusal
            when refusal.isOfPassword() ->
                new Failure(
                        Code.HF3671,
                        "QuestDB at " + door.address() + " refuses the password of '" + door.user() + "'",
                        "Run `holdfast restart " + door.service() + "`, which has it read its passwords again.");
            case Refusal refusal ->
                new Failure(Code.HF3672, "QuestDB at " + door.address() + " answers: " + refusal.getMessage(), log);
            case ConnectException _ ->
                new Failure(
                        Code.HF3670,
                        "nothing listens at " + door.address(),
                        "Start it with `holdfast restart " + door.service() + "`, or read `holdfast logs "
                                + door.service() + "`.");
            case HttpTimeoutException _ ->
                new Failure(Code.HF3670, "QuestDB at " + door.address() + " did not answer in time", log);
            default ->
                new Failure(Code.HF3670, "no answer from QuestDB at " + door.address() + ": " + e.getMessage(), log);
        };
    }

    static HoldfastException refused(IOException e, Door door) {
        Failure failure = failure(e, door);
        return new HoldfastException(Problem.of(failure.code(), failure.because(), failure.next()), e);
    }

    record Failure(Code code, String because, String next) {}
}
