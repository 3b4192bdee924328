package dev.holdfast.cli.text;

import java.time.Duration;

/** Amounts as a person says them. Written by hand because a format string costs milliseconds of every command. */
public final class Amounts {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Amounts() {}

    /** Three digits at most: {@code 812 B}, {@code 9.8 MiB}, {@code 120 MiB}. */
    public static String bytes(long count) {
        long whole = count;
        int unit = 0;
        long rest = 0;
        while (whole >= 1024 && unit < UNITS.length - 1) {
            rest = whole % 1024;
            whole /= 1024;
            unit++;
        }
        long tenth = rest * 10 / 1024;
        String digits = unit == 0 || whole >= 10 ? Long.toString(whole) : whole + "." + tenth;
        return digits + " " + UNITS[unit];
    }

    /** {@code 420 ms}, {@code 2.4 s}, {@code 3 min 5 s}, {@code 2 h 10 min}. */
    public static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1000) {
            return millis + " ms";
        }
        long seconds = millis / 1000;
        if (seconds < 60) {
            return seconds + "." + millis % 1000 / 100 + " s";
        }
        return seconds < 3600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }

    /** At most so many characters; where some are left out, three dots say so. */
    public static String shortened(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
        return text.substring(0, end).stripTrailing() + "…";
    }

    /** {@code 1 change}, {@code 2 changes}. */
    public static String count(long count, String one) {
        return count + " " + (count == 1 ? one : one + "s");
    }
}
