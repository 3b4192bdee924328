package dev.holdfast.blueprint;

import dev.holdfast.secret.Redacted;
import java.util.List;

/** What stands in a file that a workload reads. */
public sealed interface Content {

    /** Text that anyone may see. */
    record Plain(String text, Setting.Effect effect) implements Content {}

    /** One setting a line, so that a plan can name the keys that differ. */
    record Settings(Syntax syntax, List<Setting> settings) implements Content {
        public Settings {
            settings = List.copyOf(settings);
        }
    }

    /** Text with a secret in it: written 0600, rendered as a secret, and a plan says only that it differs. */
    record Confidential(Redacted text, Setting.Effect effect) implements Content {}

    /** How an engine writes a setting. */
    enum Syntax {
        /** {@code key = 'value'}, quotes doubled: PostgreSQL. */
        QUOTED,
        /** {@code key value}: Redis. */
        SPACED,
        /** {@code key = value}: PgBouncer and Java properties. */
        PLAIN;

        public String line(String key, String value) {
            return switch (this) {
                // in postgresql.conf a backslash escapes inside quotes, and a quote is doubled
                case QUOTED -> key + " = '" + value.replace("\\", "\\\\").replace("'", "''") + "'";
                case SPACED -> key + " " + value;
                case PLAIN -> key + " = " + value;
            };
        }
    }
}
