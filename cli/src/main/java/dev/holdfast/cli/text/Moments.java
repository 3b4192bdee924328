package dev.holdfast.cli.text;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** Moments as a person reads them: by the clock on the wall, and how long ago. */
public record Moments(Instant now, ZoneId zone) {
    /** {@code 10:48:38} today, {@code 2026-11-19 10:48:38} on any other day. */
    public String time(Instant moment) {
        LocalDateTime local = LocalDateTime.ofInstant(moment.truncatedTo(ChronoUnit.SECONDS), zone);
        String time = two(local.getHour()) + ":" + two(local.getMinute()) + ":" + two(local.getSecond());
        return local.toLocalDate().equals(LocalDateTime.ofInstant(now, zone).toLocalDate())
                ? time
                : local.toLocalDate() + " " + time;
    }

    /** {@code just now}, {@code 12 s ago}, {@code 3 min ago}, {@code 2 h ago}, {@code 4 days ago}. */
    public String ago(Instant moment) {
        long seconds = Duration.between(moment, now).toSeconds();
        if (seconds < 2) {
            return "just now";
        }
        if (seconds < 120) {
            return seconds + " s ago";
        }
        if (seconds < 7_200) {
            return seconds / 60 + " min ago";
        }
        return seconds < 172_800 ? seconds / 3_600 + " h ago" : seconds / 86_400 + " days ago";
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }
}
