package dev.holdfast.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.secret.Redacted;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The parts of a PostgreSQL address as libpq would take them, every part decoded. */
public record PostgresUrl(
        Address address,
        Optional<String> user,
        Optional<Redacted> password,
        Optional<String> database,
        SortedMap<String, String> options) {
    public static final int STANDARD_PORT = 5432;

    public PostgresUrl {
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
    }

    /** What a text came to. No remark ever quotes a password, or a text that may hold one. */
    public sealed interface Read {
        List<Remark> remarks();

        /** It can be used, if with a guess: a remark that is {@code bad} says what clients will stumble over. */
        record Understood(PostgresUrl url, List<Remark> remarks) implements Read {
            public Understood {
                remarks = List.copyOf(remarks);
            }
        }

        record Refused(List<Remark> remarks) implements Read {
            public Refused {
                remarks = List.copyOf(remarks);
            }
        }
    }

    public record Remark(boolean bad, String cause, String remedy) {}

    public static Read read(String text) {
        return new PostgresUrlReader(text).read();
    }

    public Optional<String> sslmode() {
        return Optional.ofNullable(options.get("sslmode"));
    }

    /** Host, port and database: what may be shown. */
    public String shown() {
        String host = address.host().contains(":") ? "[" + address.host() + "]" : address.host();
        return "postgresql://" + user.map(name -> name + "@").orElse("") + host + ":" + address.port()
                + database.map(name -> "/" + name).orElse("");
    }
}
