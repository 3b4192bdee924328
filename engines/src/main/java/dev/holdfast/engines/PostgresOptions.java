package dev.holdfast.engines;

import dev.holdfast.engines.PostgresUrl.Remark;
import dev.holdfast.text.Nearest;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What stands behind the question mark of an address. What is wrong with it goes to {@code remarks}. */
record PostgresOptions(List<Remark> remarks) {
    private static final Set<String> MODES =
            Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

    /** What libpq takes; other clients' own words are named beside it. */
    private static final Set<String> OPTIONS = Set.of(
            "host",
            "hostaddr",
            "port",
            "dbname",
            "user",
            "password",
            "passfile",
            "require_auth",
            "channel_binding",
            "connect_timeout",
            "client_encoding",
            "options",
            "application_name",
            "fallback_application_name",
            "keepalives",
            "keepalives_idle",
            "keepalives_interval",
            "keepalives_count",
            "tcp_user_timeout",
            "replication",
            "gssencmode",
            "sslmode",
            "requiressl",
            "sslnegotiation",
            "sslcompression",
            "sslcert",
            "sslkey",
            "sslpassword",
            "sslcertmode",
            "sslrootcert",
            "sslcrl",
            "sslcrldir",
            "sslsni",
            "requirepeer",
            "ssl_min_protocol_version",
            "ssl_max_protocol_version",
            "krbsrvname",
            "gsslib",
            "gssdelegation",
            "service",
            "target_session_attrs",
            "load_balance_hosts");

    private static final Map<String, String> FOREIGN = Map.of(
            "pgbouncer",
            "Prisma",
            "connection_limit",
            "Prisma",
            "pool_timeout",
            "Prisma",
            "schema",
            "Prisma",
            "ssl",
            "node-postgres and JDBC",
            "currentSchema",
            "JDBC",
            "prepareThreshold",
            "JDBC",
            "uselibpqcompat",
            "node-postgres",
            "statement_cache_size",
            "asyncpg");

    void look(String key, String value) {
        if (FOREIGN.containsKey(key)) {
            remarks.add(new Remark(
                    false,
                    "the option '" + key + "' is for " + FOREIGN.get(key)
                            + "; psql and other clients of libpq refuse it",
                    "Give it only to the client that knows it."));
        } else if (!OPTIONS.contains(key)) {
            remarks.add(new Remark(
                    false,
                    "the option '" + visible(key) + "' is not one of libpq's",
                    "Remove it." + guess(key, OPTIONS)));
        }
        if (key.equals("sslmode") && !MODES.contains(value)) {
            remarks.add(new Remark(
                    true,
                    "sslmode is '" + visible(value) + "', which libpq does not know",
                    "Write sslmode=verify-full." + guess(value, MODES)));
        }
    }

    /** The word without anything that could be a part of a password in the wrong place. */
    static String visible(String word) {
        String plain = word.replaceAll("[^A-Za-z0-9_.-]", "?");
        return plain.length() > 40 ? plain.substring(0, 40) + "…" : plain;
    }

    static String guess(String word, Iterable<String> known) {
        return Nearest.to(word, known)
                .map(near -> " Did you mean '" + near + "'?")
                .orElse("");
    }
}
