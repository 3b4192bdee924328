package dev.holdfast.engines.postgres;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Range;
import dev.holdfast.stack.Reference;
import java.time.Duration;
import java.util.Optional;

/** How a service is saved. */
@Doc(
        "Saves the server, and every change of it, into a bucket: backups at the times given here, and the write-ahead log as it is written. Times are UTC, as the five words of cron.")
public record BackupsSpec(
        @Doc("The bucket, as service/bucket.") @Example("objects/backups")
        Reference to,

        @Doc("When everything is saved.") @Default("0 2 * * *") @Example("\"0 2 * * *\"")
        String full,

        @Doc("When all that changed since the last full backup is saved.") @Example("\"0 */6 * * *\"")
        Optional<String> differential,

        @Doc("When all that changed since the last backup of any kind is saved.") @Example("\"30 * * * *\"")
        Optional<String> incremental,

        @Doc(
                "How many backups stay; each rule keeps the newest backup of that many days, weeks or months that have one.")
        Keep keep,

        @Doc("Whether what is stored is encrypted, with a key that only holdfast backup key gives away.")
        @Default("true")
        boolean encrypt,

        @Doc("How long one backup, restore or check may take before it is ended.")
        @Default("6h")
        @Range(least = "1s", most = "7d")
        Duration patience) {

    /** Which backups stay. */
    @Doc("Which backups stay. Points in time can be reached as far back as the days go.")
    public record Keep(
            @Doc("The newest backup of each of this many days.") @Default("7") @Range(least = "0", most = "3660")
            int daily,

            @Doc("The newest backup of each of this many weeks.") @Default("4") @Range(least = "0", most = "520")
            int weekly,

            @Doc("The newest backup of each of this many months.") @Default("12") @Range(least = "0", most = "120")
            int monthly) {}
}
