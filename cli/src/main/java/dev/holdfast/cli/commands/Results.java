package dev.holdfast.cli.commands;

import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What several commands do with an answer. */
final class Results {
    /** The exit status of what works but is not, or not wholly, there: that of {@code ENVIRONMENT}. */
    static final int NOT_READY = 4;

    private Results() {}

    static List<String> texts(List<Json> items) {
        List<String> texts = new ArrayList<>();
        for (Json item : items) {
            if (item instanceof Json.Text(String text)) {
                texts.add(text);
            }
        }
        return List.copyOf(texts);
    }

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
