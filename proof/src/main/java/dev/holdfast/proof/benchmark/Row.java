package dev.holdfast.proof.benchmark;

import java.util.Locale;
import java.util.Optional;

/**
 * One line of the page: what was measured, against which floor or peer of the same run, and the goal it is held
 * against. {@code command} is what a reader runs to see it for themselves.
 */
record Row(String what, Samples samples, String unit, Optional<Floor> floor, String goal, boolean met, String command) {

    record Floor(String what, Samples samples) {}

    String markdown() {
        String against = floor.map(f -> f.what() + ": " + f.samples()).orElse("");
        String ratio = floor.map(f -> String.format(
                        Locale.ROOT, "%.2f", samples.median() / f.samples().median()))
                .orElse("");
        return "| " + what + " | " + samples + " " + unit + " | " + against + " | " + ratio + " | " + goal + " | "
                + (met ? "met" : "**missed**") + " | `" + command + "` |";
    }
}
