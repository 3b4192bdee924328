package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Statement;
import dev.holdfast.engines.postgres.Sql;
import java.util.Locale;
import java.util.Optional;

/** Amounts and names as the sentences of all reports write them. */
final class Said {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final int LONGEST = 120;

    private Said() {}

    static String seconds(double seconds) {
        if (seconds < 1) {
            return String.format(Locale.ROOT, "%.0f ms", seconds * 1000);
        }
        long whole = Math.round(seconds);
        if (whole < 120) {
            return whole + " s";
        }
        if (whole < 7200) {
            return whole / 60 + " min";
        }
        return whole < 172_800 ? whole / 3600 + " h" : whole / 86_400 + " days";
    }

    static String bytes(long bytes) {
        int unit = 0;
        double left = (double) bytes;
        while (left >= 1024 && unit < UNITS.length - 1) {
            left /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, left < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", left, UNITS[unit]);
    }

    static String percent(long of, long all) {
        return (all == 0 ? 0 : Math.round(100.0 * of / all)) + " %";
    }

    static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1).stripTrailing() + "…";
    }

    static String text(String text) {
        return Sql.text(text);
    }

    static String table(Facts facts) {
        return named(facts.text("schema"), facts.text("name"));
    }

    static String named(String schema, String name) {
        return quoted(schema) + "." + quoted(name);
    }

    /** Plain names as people write them, all others in quotation marks. */
    static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") && !Words.RESERVED.contains(name) ? name : Sql.name(name);
    }

    static Statement in(String database, String sql) {
        return new Statement(Optional.of(database), sql);
    }

    /** Does it to that very session, and not to one that has got its number since. */
    static Statement onBackend(String function, Facts session) {
        return new Statement(
                Optional.empty(),
                "SELECT " + function + "(pid) FROM pg_stat_activity WHERE pid = " + session.text("pid")
                        + " AND backend_start = " + text(session.text("started")));
    }
}
