package dev.holdfast.daemon.stacks;

import dev.holdfast.text.Durations;
import dev.holdfast.text.Json;
import java.time.Duration;
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
 * @param masked whether what the file says of masking is done to the data of its parent before anybody is let in
 * @param exempt whether the data that it has now is not its parent's, and therefore not masked
 * @param recut whether its data is being replaced by what the parent has now; where a daemon finds that, it does it anew
 * @param consent whether all may wait while that is copied
 * @param isProtected whether nothing may remove it before somebody says otherwise
 * @param expires when it is removed by itself
 * @param idle after how long without a client those of its services sleep that can, whatever the file says of them
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
        boolean exempt,
        boolean recut,
        boolean consent,
        boolean isProtected,
        Optional<Instant> expires,
        Optional<Duration> idle) {
    Derived {
        services = Collections.unmodifiableSortedSet(new TreeSet<>(services));
    }

    /** One whose services sleep as the file says. */
    Derived(
            String from,
            String parent,
            SortedSet<String> services,
            String how,
            Instant made,
            boolean filled,
            boolean kept,
            boolean credentials,
            boolean masked,
            boolean exempt,
            boolean recut,
            boolean consent,
            boolean isProtected,
            Optional<Instant> expires) {
        this(
                from,
                parent,
                services,
                how,
                made,
                filled,
                kept,
                credentials,
                masked,
                exempt,
                recut,
                consent,
                isProtected,
                expires,
                Optional.empty());
    }

    Derived sleeping(Optional<Duration> nextIdle) {
        return new Derived(
                from,
                parent,
                services,
                how,
                made,
                filled,
                kept,
                credentials,
                masked,
                exempt,
                recut,
                consent,
                isProtected,
                expires,
                nextIdle);
    }

    Derived filled(boolean nowFilled) {
        return new Derived(
                from,
                parent,
                services,
                how,
                made,
                nowFilled,
                kept,
                credentials,
                masked,
                exempt,
                recut,
                consent,
                isProtected,
                expires,
                idle);
    }

    /** What its parent has now comes in the place of what it has. */
    Derived recutting(boolean nowConsent) {
        return replaced(how, made, kept, exempt, true, nowConsent, isProtected, expires);
    }

    /** What its parent had then is there. */
    Derived recut(Instant at) {
        return replaced(how, at, kept, false, false, false, isProtected, expires);
    }

    /** What it has is as it was. */
    Derived spared() {
        return replaced(how, made, kept, exempt, false, false, isProtected, expires);
    }

    /** Data that was chosen for it takes the place of what it had. */
    Derived exempted() {
        return replaced(how, made, kept, true, false, false, isProtected, expires);
    }

    /** It has other data from now on, which nobody asked to be masked and nobody else has. */
    Derived holding(String what, Instant at) {
        return replaced(what, at, true, true, false, false, isProtected, Optional.empty());
    }

    /** What is not to go is also to stay when what it was made for has ended. */
    Derived protectedFromNow(boolean now) {
        return replaced(how, made, kept || now, exempt, recut, consent, now, expires);
    }

    Derived keptFromNow() {
        return replaced(how, made, true, exempt, recut, consent, isProtected, expires);
    }

    Derived expiring(Optional<Instant> end) {
        return replaced(how, made, kept, exempt, recut, consent, isProtected, end);
    }

    private Derived replaced(
            String nextHow,
            Instant nextMade,
            boolean nextKept,
            boolean nextExempt,
            boolean nextRecut,
            boolean nextConsent,
            boolean nextProtected,
            Optional<Instant> nextExpires) {
        return new Derived(
                from,
                parent,
                services,
                nextHow,
                nextMade,
                filled,
                nextKept,
                credentials,
                masked,
                nextExempt,
                nextRecut,
                nextConsent,
                nextProtected,
                nextExpires,
                idle);
    }

    /** Whether what it has now is masked before anybody is let in. */
    boolean masks() {
        return masked && (recut || !exempt);
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
                .put("exempt", exempt)
                .put("recut", recut)
                .put("consent", consent)
                .put("protected", isProtected)
                .put("expires", expires.map(Instant::toString))
                .put("idle", idle.map(Durations::text))
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
                json.isAt("exempt"),
                json.isAt("recut"),
                json.isAt("consent"),
                json.isAt("protected"),
                json.textAt("expires").map(Instant::parse),
                json.textAt("idle").flatMap(Durations::parse));
    }
}
