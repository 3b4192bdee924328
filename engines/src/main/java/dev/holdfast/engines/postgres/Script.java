package dev.holdfast.engines.postgres;

import dev.holdfast.engine.Context;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Scram;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The statement of a change, as psql would read it: batches with an empty line between them, each done at once and as a
 * whole. A batch is done in the database that the last {@code \connect} line named.
 */
record Script(List<Batch> batches) {
    private static final Pattern CONNECT = Pattern.compile("\\\\connect \"((?:[^\"]|\"\")*)\"");
    private static final Pattern SECRET = Pattern.compile("\\$\\{([^/{}$]+)/([^{}$]+)}");

    Script {
        batches = List.copyOf(batches);
    }

    record Batch(String database, String sql) {}

    static Script of(String statement) {
        List<Batch> batches = new ArrayList<>();
        String database = Declared.HOME;
        for (String part : statement.split("\n\n", -1)) {
            List<String> lines = new ArrayList<>(part.lines().toList());
            while (!lines.isEmpty()) {
                Matcher connect = CONNECT.matcher(lines.getFirst());
                if (!connect.matches()) {
                    break;
                }
                database = connect.group(1).replace("\"\"", "\"");
                lines.removeFirst();
            }
            if (!lines.isEmpty()) {
                batches.add(new Batch(database, String.join("\n", lines)));
            }
        }
        return new Script(batches);
    }

    /** The text with each secret's SCRAM verifier in its place: what PostgreSQL keeps, never the password itself. */
    static Redacted filled(String sql, Service<?> service, Context context) {
        return new Redacted(SECRET.matcher(sql)
                .replaceAll(match -> Matcher.quoteReplacement(
                        verifier(new SecretRef(match.group(1), match.group(2)), service, context))));
    }

    private static String verifier(SecretRef secret, Service<?> service, Context context) {
        SecretRef salt = new SecretRef(secret.service(), "salts/" + secret.name());
        return Scram.verifier(Doors.secret(service, secret, context), context.secret(salt));
    }
}
