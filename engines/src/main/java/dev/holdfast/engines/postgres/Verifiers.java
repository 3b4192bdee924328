package dev.holdfast.engines.postgres;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Login;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Scram;
import dev.holdfast.stack.Service;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Which verifiers were made from the passwords Holdfast keeps. That takes milliseconds each by design, so an answer is
 * remembered, under a digest of both, and new ones are found on all cores.
 */
final class Verifiers {
    /** Far above what one daemon sees; a rotation leaves one answer behind. */
    private static final int MOST = 20_000;

    private final Map<String, Boolean> known = new ConcurrentHashMap<>();

    /** Those of the roles whose verifier was made from another password. */
    SortedSet<String> foreign(SortedMap<String, String> verifiers, Service<?> service, Context context) {
        return verifiers.entrySet().stream()
                .map(each -> new Claim(each.getKey(), each.getValue(), passwords(each.getKey(), service, context)))
                .toList()
                .parallelStream()
                .filter(claim -> claim.passwords().stream().noneMatch(kept -> matches(claim.verifier(), kept)))
                .map(Claim::role)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private record Claim(String role, String verifier, List<Redacted> passwords) {}

    /** While the old password is being taken away, the new one is as right as the old. */
    private static List<Redacted> passwords(String role, Service<?> service, Context context) {
        List<Redacted> passwords = new ArrayList<>();
        passwords.add(Doors.secret(service, Doors.password(service, role), context));
        Login.of(service.name(), role, context)
                .filter(login -> login.phase() == Login.Phase.FINISHING)
                .ifPresent(login -> passwords.add(context.secret(Doors.password(service, login.twin()))));
        return passwords;
    }

    private boolean matches(String verifier, Redacted password) {
        if (known.size() > MOST) {
            known.clear();
        }
        return known.computeIfAbsent(digest(verifier, password), _ -> Scram.matches(verifier, password));
    }

    private static String digest(String verifier, Redacted password) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(verifier.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return Base64.getEncoder()
                    .encodeToString(digest.digest(password.reveal().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
