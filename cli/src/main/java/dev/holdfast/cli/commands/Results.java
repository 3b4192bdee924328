package dev.holdfast.cli.commands;

import dev.holdfast.text.Json;
import java.util.Map;

/** What several commands do with an answer. */
final class Results {
    /** The exit status of what works but is not, or not wholly, there: that of {@code ENVIRONMENT}. */
    static final int NOT_READY = 4;

    private Results() {}

    /** The result of a stream as an object of its own. */
    static Json withoutEvent(Json done) {
        if (done instanceof Json.Members(Map<String, Json> values)) {
            Json.Builder result = Json.object();
            values.forEach((name, value) -> {
                if (!name.equals("event")) {
                    result.put(name, value);
                }
            });
            return result.build();
        }
        return done;
    }
}
