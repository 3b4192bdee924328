package dev.holdfast.daemon.stacks;

import dev.holdfast.text.Json;
import java.time.Instant;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What makes a stack a derived one; kept with what is wanted of it.
 *
 * @param from the stack whose file and environment it shares
 * @param services those of the file that it holds; their companions come along
 * @param how where its data comes from, for people
 * @param filled whether all its data is there; where a daemon finds one of which it is not, it removes the stack
 * @param kept whether it is to stay until somebody removes it; the others end with the operation they were made for
 */
record Derived(String from, SortedSet<String> services, String how, Instant made, boolean filled, boolean kept) {
    Derived {
        services = Collections.unmodifiableSortedSet(new TreeSet<>(services));
    }

    Derived whole() {
        return new Derived(from, services, how, made, true, kept);
    }

    /** Whether nobody can use it any more once the daemon that made it has gone. */
    boolean isLeftOver() {
        return !filled || !kept;
    }

    Json json() {
        return Json.object()
                .put("from", from)
                .put("services", Json.texts(services))
                .put("how", how)
                .put("made", made.toString())
                .put("filled", filled)
                .put("kept", kept)
                .build();
    }

    static Derived of(Json json) {
        Set<String> services = new TreeSet<>();
        for (Json item : json.itemsAt("services")) {
            if (item instanceof Json.Text(String name)) {
                services.add(name);
            }
        }
        return new Derived(
                Desired.text(json, "from"),
                new TreeSet<>(services),
                Desired.text(json, "how"),
                Instant.parse(Desired.text(json, "made")),
                json.isAt("filled"),
                json.isAt("kept"));
    }
}
