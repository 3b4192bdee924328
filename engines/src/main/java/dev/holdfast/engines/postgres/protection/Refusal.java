package dev.holdfast.engines.postgres.protection;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a failure of pgBackRest means to somebody who wants a backup or a restore. */
final class Refusal {
    private static final Pattern ERROR = Pattern.compile("(?m)^(?:P\\d\\d\\s+)?ERROR: \\[(\\d{3})]: (.*)$");
    private static final Pattern NEXT = Pattern.compile("P\\d\\d\\s+(?:DETAIL|INFO|WARN|DEBUG): .*");
    private static final Pattern FAILING = Pattern.compile("request failed with 5\\d\\d|\\[5\\d\\d] ");
    private static final Pattern LAST_WAL = Pattern.compile("\\b[0-9A-F]{24}\\b");

    private Refusal() {}

    static Problem of(String service, String what, int status, String words) {
        String text = words.strip();
        String said = said(text);
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        if (lower.contains("requesttimetooskewed")) {
            return Problem.of(
                    Code.HF3635,
                    "the clocks of this machine and of the store of " + service + "'s backups differ by too much: "
                            + said,
                    "Set the clock of this machine (timedatectl set-ntp true) or of the store, then run the command again.");
        }
        if (text.contains(Dumps.DAMAGED)) {
            return Problem.of(
                    Code.HF3632,
                    "a dump of " + service + " was changed in its store: " + Dumps.DAMAGED,
                    "Do not rely on this dump: restore another one, or a moment with --at, and find out what changed the bucket.");
        }
        // pgBackRest asks for a file and takes any 404 for a missing one: a bucket that is gone looks like one that was
        // emptied
        if (lower.contains("nosuchbucket") || (lower.contains("filemissingerror") && lower.contains("archive.info"))) {
            return Problem.of(
                    Code.HF3622,
                    "the bucket of " + service + "'s backups is not there, or was emptied: " + said,
                    "Run 'holdfast apply', which creates the buckets of the file and the place for backups in them; backups that were there are gone with it.");
        }
        if (lower.contains("invalidaccesskeyid")
                || lower.contains("signaturedoesnotmatch")
                || lower.contains("expiredtoken")
                || lower.contains("accessdenied")
                || lower.contains("403 (forbidden)")) {
            return Problem.of(
                    Code.HF3621,
                    "the store of " + service + "'s backups refuses the account: " + said,
                    "Give the account its right to the bucket back, or renew its password (holdfast apply writes the one of the stack anew).");
        }
        // pgBackRest numbers this as it does a wrong key
        if (lower.contains("unable to verify certificate") || lower.contains("certificate verify failed")) {
            return Problem.of(
                    Code.HF3620,
                    "what answers in the place of the store of " + service + "'s backups is not believed: " + said,
                    "See 'holdfast status' for whether another program has the store's port; a key file that is older than the store's authority is written anew with 'holdfast backup key'.");
        }
        if (lower.contains("[serviceerror]") || FAILING.matcher(lower).find()) {
            return Problem.of(
                    Code.HF3642,
                    "the store of " + service + "'s backups fails at what it is asked: " + said,
                    "See 'holdfast status' for what the store lacks, room on its disk for one, and mend that.");
        }
        return byNumber(service, what, status, text, said);
    }

    private static Problem byNumber(String service, String what, int status, String text, String said) {
        String number = number(text);
        return switch (number) {
            case "049", "124" ->
                Problem.of(
                        Code.HF3620,
                        "the store of " + service + "'s backups does not answer: " + said,
                        "See 'holdfast status' for the store; once it serves, run the command again.");
            case "029", "095" ->
                Problem.of(
                        Code.HF3623,
                        "what is stored of " + service + " cannot be decrypted with the key at hand: " + said,
                        "Use the key these backups were made with: 'holdfast backup key' of the stack that made them, or the file it was written to.");
            case "028", "044", "051" ->
                Problem.of(
                        Code.HF3624,
                        "the backups stored as " + service + " are those of another database cluster: " + said,
                        "Give the service another bucket, or the stack another name; the stored backups stay as they are.");
            case "082", "087", "068" ->
                Problem.of(
                        Code.HF3634,
                        "the write-ahead log of " + service + " does not reach the store: " + said,
                        "See 'holdfast why " + service
                                + "' for what archiving fails with, then run the command again.");
            case "075" ->
                Problem.of(
                        Code.HF3626,
                        "there is no such backup of " + service + ": " + said,
                        "See 'holdfast backup list " + service + "'.");
            default ->
                text.contains("No space left on device")
                        ? Problem.of(
                                Code.HF3629,
                                "no room is left for " + what + " of " + service + ": " + said,
                                "Free space on the disk it names, then run the command again.")
                        : Problem.of(
                                Code.HF3625,
                                what + " of " + service + " ended with status " + status + ": " + said,
                                "Correct what it names and run the command again; 'holdfast logs " + service
                                        + "' has all it said.");
        };
    }

    private static String number(String text) {
        Matcher matcher = ERROR.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    /** The error with what belongs to it, on one line; without one the last words. */
    static String said(String text) {
        Matcher matcher = ERROR.matcher(text);
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        if (!matcher.find()) {
            return lines.isEmpty() ? "it said nothing" : shortened(lines.getLast());
        }
        return shortened(text.substring(matcher.start(2))
                .lines()
                .map(String::strip)
                .takeWhile(line -> !NEXT.matcher(line).matches())
                .limit(4)
                .reduce((a, b) -> a + " ‖ " + b)
                .orElse(""));
    }

    /** Requests are shown with headers, and among those may be what signs them. */
    private static String shortened(String text) {
        String safe = text.replaceAll("(?i)(authorization|x-amz-[a-z0-9-]*|signature): ?\\S+", "$1: …");
        return safe.length() <= 300 ? safe : safe.substring(0, 300) + "…";
    }

    static boolean namesWal(String text) {
        return LAST_WAL.matcher(text).find();
    }
}
