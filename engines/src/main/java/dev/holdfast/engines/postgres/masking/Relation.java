package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engines.postgres.tenancy.Table;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Something with columns, as the server has it.
 *
 * @param kind as {@code pg_class.relkind}
 * @param parent what it is a part of or inherits from, the first of several; empty where nothing
 * @param parents the ids of all of those
 * @param isPartition whether it is a part of the parent, without a column of its own; others that inherit may have some
 */
record Relation(
        long id,
        Table table,
        String kind,
        String parent,
        List<Long> parents,
        boolean isPartition,
        Map<String, Field> columns) {
    private static final int HEADER = 4;

    Relation {
        parents = List.copyOf(parents);
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /** Whether it holds rows of its own, or its parts do. */
    boolean isTable() {
        return kind.equals("r") || kind.equals("p");
    }

    /** Whether its rows are seen through another table, too. */
    boolean isChild() {
        return !parents.isEmpty();
    }

    /**
     * @param required whether it takes no NULL
     * @param identity whether only the server gives it values
     * @param base the type without its domains, by its name in the catalogue; {@code category} is that type's
     * @param mod the limit of the type, as the catalogue has it; -1 for none
     * @param divides whether it decides in which partition a row is
     * @param inherited whether it is a column of a parent, whose rules reach it
     */
    record Field(
            String name,
            boolean required,
            boolean generated,
            boolean identity,
            String type,
            String category,
            String base,
            int mod,
            boolean divides,
            boolean inherited) {
        boolean isText() {
            return category.equals("S") && !base.equals("name");
        }

        boolean isWhole() {
            return base.equals("int2") || base.equals("int4") || base.equals("int8");
        }

        boolean isNumber() {
            return isWhole() || base.equals("numeric") || base.equals("float4") || base.equals("float8");
        }

        boolean isDate() {
            return base.equals("date") || base.equals("timestamp") || base.equals("timestamptz");
        }

        /** How many characters it takes. */
        int characters() {
            return isText() && mod >= HEADER ? mod - HEADER : Integer.MAX_VALUE;
        }

        /** The most that a numeric of limited precision takes; empty for one without a limit. */
        Optional<BigDecimal> most() {
            if (!base.equals("numeric") || mod < HEADER) {
                return Optional.empty();
            }
            int precision = ((mod - HEADER) >> 16) & 0xffff;
            int scale = (((mod - HEADER) & 0x7ff) ^ 1024) - 1024;
            BigDecimal one = BigDecimal.ONE.scaleByPowerOfTen(-scale);
            return Optional.of(
                    BigDecimal.ONE.scaleByPowerOfTen(precision - scale).subtract(one));
        }
    }

    /**
     * An index that no two rows may share an entry of.
     *
     * @param single whether it is over one column as it is
     */
    record Unique(long relation, String index, boolean nullsAlike, boolean single, List<String> columns) {
        Unique {
            columns = List.copyOf(columns);
        }
    }

    /** A foreign key. */
    record Tie(long id, String name, Table from, List<String> columns, Table to, List<String> toColumns) {
        Tie {
            columns = List.copyOf(columns);
            toColumns = List.copyOf(toColumns);
        }
    }
}
