package dev.holdfast.engines.questdb;

import java.util.Optional;

/**
 * How long rows are kept, as QuestDB counts it: hours, or months where they do not all have the same length.
 *
 * @param hours 0 where it is counted in months
 * @param months 0 where it is counted in hours
 */
record QuestDbTtl(long hours, long months) {
    static final String FORM = "[1-9][0-9]{0,3}[hdwMy]";
    static final String RULE = "a number and `h`, `d`, `w`, `M` or `y`, such as `30d`";
    private static final long DAY = 24;
    private static final long WEEK = 7 * DAY;

    /** Of a text that has the {@link #FORM}. */
    static QuestDbTtl of(String text) {
        long count = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 'h' -> new QuestDbTtl(count, 0);
            case 'd' -> new QuestDbTtl(count * DAY, 0);
            case 'w' -> new QuestDbTtl(count * WEEK, 0);
            case 'M' -> new QuestDbTtl(0, count);
            default -> new QuestDbTtl(0, count * 12);
        };
    }

    /** As {@code tables()} says it: a number and HOUR, DAY, WEEK, MONTH or YEAR; 0 is none. */
    static Optional<QuestDbTtl> observed(long count, String unit) {
        if (count == 0) {
            return Optional.empty();
        }
        return Optional.of(
                switch (unit) {
                    case "HOUR" -> new QuestDbTtl(count, 0);
                    case "DAY" -> new QuestDbTtl(count * DAY, 0);
                    case "WEEK" -> new QuestDbTtl(count * WEEK, 0);
                    case "MONTH" -> new QuestDbTtl(0, count);
                    default -> new QuestDbTtl(0, count * 12);
                });
    }

    /** Whether whole parts of that length can be dropped by it. */
    boolean fits(QuestDbSpec.Partition partition) {
        return switch (partition) {
            case HOUR -> true;
            case DAY -> hours % DAY == 0;
            case WEEK -> months == 0 && hours % WEEK == 0;
            case MONTH -> hours == 0;
            case YEAR -> hours == 0 && months % 12 == 0;
        };
    }

    /** Whether it certainly keeps at least as much as the other. */
    boolean isNoShorterThan(QuestDbTtl other) {
        long shortest = hours + months * 28 * DAY;
        long longest = other.hours + other.months * 31 * DAY;
        return equals(other) || (months >= other.months && hours >= other.hours) || shortest >= longest;
    }

    /** In QuestDB's words. */
    String words() {
        if (months > 0) {
            return months % 12 == 0 ? months / 12 + " YEARS" : months + " MONTHS";
        }
        return hours % DAY == 0 ? hours / DAY + " DAYS" : hours + " HOURS";
    }
}
