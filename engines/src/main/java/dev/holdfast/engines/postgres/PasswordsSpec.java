package dev.holdfast.engines.postgres;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Range;
import java.time.Duration;
import java.util.Optional;

/** What passwords have to be. */
@Doc("The rules for the passwords that Holdfast makes.")
public record PasswordsSpec(
        @Doc("How many letters and digits a new password has.") @Default("32") @Range(least = "16", most = "128")
        int length,

        @Doc("How old a password may become before plan, status and drift say so; any age where nothing is said.")
        @Range(least = "1h", most = "3650d")
        @Example("90d")
        Optional<Duration> age,

        @Doc("How long the old password stays good after holdfast rotate has made a new one.")
        @Default("10m")
        @Range(least = "0s", most = "30d")
        Duration grace) {

    public static PasswordsSpec plain() {
        return new PasswordsSpec(32, Optional.empty(), Duration.ofMinutes(10));
    }
}
