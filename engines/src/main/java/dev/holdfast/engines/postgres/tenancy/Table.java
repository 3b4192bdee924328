package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engines.postgres.Sql;

/** A table by its schema and name; a name of one word is in {@code public}. */
public record Table(String schema, String name) implements Comparable<Table> {
    public static Table of(String written) {
        int dot = written.indexOf('.');
        return dot < 0
                ? new Table("public", written)
                : new Table(written.substring(0, dot), written.substring(dot + 1));
    }

    public String sql() {
        return Sql.name(schema) + "." + Sql.name(name);
    }

    /** As a text that PostgreSQL casts to {@code regclass}. */
    public String literal() {
        return Sql.text(sql());
    }

    /** As a stack file would write it. */
    @Override
    public String toString() {
        return schema.equals("public") ? name : schema + "." + name;
    }

    @Override
    public int compareTo(Table other) {
        int bySchema = schema.compareTo(other.schema);
        return bySchema == 0 ? name.compareTo(other.name) : bySchema;
    }
}
