package dev.holdfast.daemon.http;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One request: its path cut at the slashes and decoded, its query decoded. */
public record Request(String method, List<String> path, Map<String, String> query, String body) {
    public Request {
        path = List.copyOf(path);
        query = Map.copyOf(query);
    }

    public Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name));
    }

    /** The body as an object with none but these keys; no body is an empty object. */
    public Json object(Set<String> keys) {
        Json json = parsed();
        if (!(json instanceof Json.Members(Map<String, Json> values))) {
            throw new HoldfastException(misunderstood("the body is not a JSON object"));
        }
        for (String key : values.keySet()) {
            if (!keys.contains(key)) {
                throw new HoldfastException(misunderstood("the body has the unknown key '" + key + "'"));
            }
        }
        return json;
    }

    private Json parsed() {
        if (body.isBlank()) {
            return Json.object().build();
        }
        try {
            return Json.parse(body);
        } catch (JsonException notJson) {
            throw new HoldfastException(misunderstood("the body is not JSON: " + notJson.getMessage()), notJson);
        }
    }

    static Problem misunderstood(String cause) {
        return Problem.of(
                Code.HF3205,
                cause,
                "Ask as the reference page of the daemon's interface says; does this command belong to another version of Holdfast?");
    }
}
