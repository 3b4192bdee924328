package dev.holdfast.daemon.stacks;

import dev.holdfast.text.Json;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What makes a stack a derived one; kept with what is wanted of it.
 *
 * @param from the stack whose file and environment it shares
 * @param parent the stack that its data came from, which may itself be derived
 * @param services those of the file that it holds; their companions come along
 * @param how where its data comes from, for people
 * @param filled whether all its data is there; where a daemon finds one of which it is not, it removes the stack
 * @param kept whether it is to stay until somebody removes it; the others end with the operation they were made for
 * @param credentials whether its passwords are those of its parent
 * @param masked whether what the file says of masking is done to its data before anybody is let in
 * @param recut whether its data is being replaced by what the parent has now; where a daemon finds that, it does it anew
 * @param isProtected whether nothing may remove it before somebody says otherwise
 * @param expires when it is removed by itself
 */
record Derived(
        String from,
        String parent,
        SortedSet<String> services,
        String how,
        Instant made,
        boolean filled,
        boolean kept,
        boolean credentials,
        boolean masked,
        boolean recut,
        boolean isProtected,
        Optional<Instant> expires) {
    Derived {
        services = Collections.unmodifiableSortedSet(new TreeSet<>(services));
    }

    Derived filled(boolean nowFilled) {
        return new Derived(
                from, parent, services, how, made, nowFilled, kept, credentials, masked, recut, isProtected, expires);
    }

    Derived recut(boolean nowRecut, Instant at) {
        return new Derived(
                from, parent, services, how, at, filled, kept, credentials, masked, nowRecut, isProtected, expires);
    }

    /** It has other data from now on: data that nobody asked to be masked. */
    Derived holding(String parentNow, String what, Instant at) {
        return new Derived(
                from, parentNow, services, what, at, filled, kept, credentials, false, recut, isProtected, expires);
    }

    Derived protectedFromNow(boolean now) {
        return new Derived(from, parent, services, how, made, filled, kept, credentials, masked, recut, now, expires);
    }

    Derived expiring(Optional<Instant> end) {
        return new Derived(
                from, parent, services, how, made, filled, kept, credentials, masked, recut, isProtected, end);
    }

    /** Whether nobody can use it any more once the daemon that made it has gone. */
    boolean isLeftOver() {
        return !filled || !kept;
    }

    Json json() {
        return Json.object()
                .put("from", from)
                .put("parent", parent)
                .put("services", Json.texts(services))
                .put("how", how)
                .put("made", made.toString())
                .put("filled", filled)
                .put("kept", kept)
                .put("credentials", credentials)
                .put("masked", masked)
                .put("recut", recut)
                .put("protected", isProtected)
                .put("expires", expires.map(Instant::toString))
                .build();
    }

    static Derived of(Json json) {
        Set<String> services = new TreeSet<>();
        for (Json item : json.itemsAt("services")) {
            if (item instanceof Json.Text(String name)) {
                services.add(name);
            }
        }
        String from = Desired.text(json, "from");
        return new Derived(
                from,
                json.textAt("parent").orElse(from),
                new TreeSet<>(services),
                Desired.text(json, "how"),
                Instant.parse(Desired.text(json, "made")),
                json.isAt("filled"),
                json.isAt("kept"),
                json.isAt("credentials"),
                json.isAt("masked"),
                json.isAt("recut"),
                json.isAt("protected"),
                json.textAt("expires").map(Instant::parse));
    }
}
