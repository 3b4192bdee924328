package dev.holdfast.stack;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The five words of a cron line, in UTC: minute, hour, day of the month, month, day of the week. As in cron, a line that
 * restricts both kinds of day is due on either.
 */
public record Cron(String text, BitSet minutes, BitSet hours, BitSet days, BitSet months, BitSet weekdays) {
    /** A year and a leap day's cycle: a line that is not due within it never is. */
    private static final int YEARS = 8;

    private static final List<Field> FIELDS = List.of(
            new Field("minute", 0, 59, List.of()),
            new Field("hour", 0, 23, List.of()),
            new Field("day of the month", 1, 31, List.of()),
            new Field(
                    "month",
                    1,
                    12,
                    List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
            new Field("day of the week", 0, 7, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat")));

    public Cron {
        minutes = (BitSet) minutes.clone();
        hours = (BitSet) hours.clone();
        days = (BitSet) days.clone();
        months = (BitSet) months.clone();
        weekdays = (BitSet) weekdays.clone();
    }

    /** A line that was understood, or what is wrong with it: lower case, no full stop. */
    public sealed interface Read {
        record Understood(Cron cron) implements Read {}

        record Refused(String because) implements Read {}
    }

    public static Read read(String text) {
        String[] words = text.strip().split("\\s+", -1);
        if (words.length != FIELDS.size()) {
            return new Read.Refused("has " + (text.isBlank() ? 0 : words.length)
                    + " words instead of five: minute, hour, day of the month, month, day of the week");
        }
        BitSet[] sets = new BitSet[FIELDS.size()];
        for (int i = 0; i < words.length; i++) {
            BitSet set = new BitSet();
            String wrong = FIELDS.get(i).fill(words[i].toLowerCase(Locale.ROOT), set);
            if (!wrong.isEmpty()) {
                return new Read.Refused(wrong);
            }
            sets[i] = set;
        }
        if (sets[4].get(7)) {
            sets[4].set(0);
        }
        Cron cron = new Cron(text.strip(), sets[0], sets[1], sets[2], sets[3], sets[4]);
        return cron.next(Instant.EPOCH).isPresent()
                ? new Read.Understood(cron)
                : new Read.Refused("names a day that no month has");
    }

    /** The first moment after that one at which the line is due. */
    public Optional<Instant> next(Instant after) {
        LocalDateTime at = LocalDateTime.ofInstant(after, ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.MINUTES)
                .plusMinutes(1);
        int last = at.getYear() + YEARS;
        while (at.getYear() <= last) {
            if (!months.get(at.getMonthValue())) {
                at = YearMonth.from(at).plusMonths(1).atDay(1).atStartOfDay();
            } else if (!isDay(at)) {
                at = at.toLocalDate().plusDays(1).atStartOfDay();
            } else if (!hours.get(at.getHour())) {
                at = at.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minutes.get(at.getMinute())) {
                at = at.plusMinutes(1);
            } else {
                return Optional.of(at.toInstant(ZoneOffset.UTC));
            }
        }
        return Optional.empty();
    }

    private boolean isDay(LocalDateTime at) {
        boolean everyDay = days.cardinality() == 31;
        boolean everyWeekday = weekdays.get(0, 7).cardinality() == 7;
        boolean day = days.get(at.getDayOfMonth());
        DayOfWeek weekday = at.getDayOfWeek();
        boolean named = weekdays.get(weekday.getValue() % 7);
        return everyDay ? named : everyWeekday ? day : day || named;
    }

    @Override
    public String toString() {
        return text;
    }

    private record Field(String name, int least, int most, List<String> words) {

        /** Returns what is wrong, or nothing. */
        String fill(String word, BitSet set) {
            for (String part : word.split(",", -1)) {
                String[] stepped = part.split("/", -1);
                Optional<Integer> step = stepped.length == 1 ? Optional.of(1) : number(stepped[1]);
                String[] ends = stepped[0].equals("*")
                        ? new String[] {Integer.toString(least), Integer.toString(most)}
                        : stepped[0].split("-", -1);
                Optional<Integer> from = ends.length > 2 ? Optional.empty() : value(ends[0]);
                Optional<Integer> given = ends.length == 2 ? value(ends[1]) : from;
                if (stepped.length > 2 || step.isEmpty() || step.get() == 0 || from.isEmpty() || given.isEmpty()) {
                    return "has '" + word + "' for the " + name + ", where " + least + " to " + most
                            + ", lists (1,3), ranges (1-5) and steps (*/6) are known";
                }
                int to = stepped.length == 2 && ends.length == 1 ? most : given.get();
                if (from.get() < least || to > most || from.get() > to) {
                    return "has '" + word + "' for the " + name + ", which goes from " + least + " to " + most;
                }
                for (int i = from.get(); i <= to; i += step.get()) {
                    set.set(i);
                }
            }
            return "";
        }

        private Optional<Integer> value(String text) {
            int word = words.indexOf(text);
            return word >= 0 ? Optional.of(word + least) : number(text);
        }

        private static Optional<Integer> number(String text) {
            return text.matches("[0-9]{1,4}") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
        }
    }
}
