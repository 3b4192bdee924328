package dev.holdfast.targets.local.image;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Tells from apt's words which of the ways to fail it was; apt has one exit status for all of them. */
final class AptFailure {
    private static final List<String> SIGNATURE = List.of(
            "NO_PUBKEY",
            "BADSIG",
            "EXPKEYSIG",
            "REVKEYSIG",
            "is not signed",
            "no longer signed",
            "invalid signature",
            "signatures were invalid",
            "signatures couldn't be verified",
            "isn't signed",
            "at least one invalid",
            "missing key",
            "sqv returned an error",
            "gpgv returned an error",
            "clearsigned file isn't valid",
            "does not have a signature",
            "could not be verified because the public key is not available",
            "does not verify");
    private static final List<String> SPACE =
            List.of("no space left on device", "don't have enough free space", "disk quota exceeded");
    private static final List<String> NETWORK = List.of(
            "could not resolve",
            "temporary failure resolving",
            "could not connect",
            "unable to connect",
            "connection failed",
            "connection refused",
            "connection timed out",
            "connection reset",
            "network is unreachable",
            "no route to host",
            "cannot initiate the connection",
            "failed to fetch",
            "no answer within");
    private static final List<String> CHECKSUM = List.of("hash sum mismatch", "unexpected size", "hashes of file");
    private static final List<String> MISSING =
            List.of("does not have a release file", "404  not found", "404 not found", "file not found");
    private static final List<String> UNKNOWN =
            List.of("unable to locate package", "has no installation candidate", "unmet dependencies", "was not found");

    private AptFailure() {}

    /** The refusal for what apt said while it did {@code deed} ("reading the package indexes"). */
    static HoldfastException of(String deed, Tools.Outcome outcome, HostSources sources, Path cache) {
        String words = outcome.output().toLowerCase(Locale.ROOT);
        String line = telling(outcome);
        if (any(words, SPACE)) {
            return Refusals.noSpace(cache, "no space left while " + deed + ": " + line);
        }
        if (any(words, SIGNATURE)) {
            return Refusals.of(
                    Code.HF3004,
                    "the signature of the package indexes at " + sources.mirror() + " does not verify: " + line,
                    "Install or renew the package debian-archive-keyring, and check that nothing between this machine"
                            + " and the mirror changes what it sends. Nothing was unpacked.");
        }
        if (any(words, CHECKSUM)) {
            return Refusals.of(
                    Code.HF3005,
                    "what the mirror sent does not have the checksum its signed index says: " + line,
                    "Run the command again in some minutes (a mirror is inconsistent while it is updated); if it stays,"
                            + " use another mirror. Nothing was unpacked.");
        }
        if (any(words, UNKNOWN)) {
            return Refusals.of(
                    Code.HF3006,
                    "Debian " + HostSources.RELEASE + " at " + sources.mirror() + " cannot provide it: " + line,
                    "Is the mirror complete, and is the package's name right? `apt-cache policy NAME` on a Debian "
                            + HostSources.RELEASE + " machine shows what there is.");
        }
        if (any(words, MISSING)) {
            return Refusals.of(
                    Code.HF3002,
                    "the mirror " + sources.mirror() + " does not have Debian " + HostSources.RELEASE + ": " + line,
                    "Set " + HostSources.MIRROR_VARIABLE + " to a mirror that has it.");
        }
        if (any(words, NETWORK)) {
            return Refusals.of(
                    Code.HF3002,
                    "the Debian mirror " + sources.mirror() + " cannot be reached: " + line,
                    "Check the network and the proxy settings of apt (/etc/apt/apt.conf.d), or set "
                            + HostSources.MIRROR_VARIABLE + " to a mirror that this machine reaches. Engines that are"
                            + " installed already need no network.");
        }
        return Refusals.of(
                Code.HF3016,
                "apt failed while " + deed + ": " + line,
                "Does `apt-get update` work on this machine? What it says there is the thing to mend first.");
    }

    private static boolean any(String words, List<String> signs) {
        return signs.stream().anyMatch(sign -> words.contains(sign.toLowerCase(Locale.ROOT)));
    }

    /** The first line that apt itself marks as the reason. */
    private static String telling(Tools.Outcome outcome) {
        List<String> lines = outcome.lines();
        return lines.stream()
                .filter(l -> l.startsWith("E:") || l.startsWith("Err:") || l.startsWith("W:"))
                .map(l -> l.replaceFirst("^(E|W):\\s*", ""))
                .findFirst()
                .orElse(outcome.lastWords());
    }
}
