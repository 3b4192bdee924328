package dev.holdfast.targets.local.image;

import dev.holdfast.problem.Code;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What apt 2.6 to 3.0 were seen to say. */
final class AptFailureTest {
    private static final HostSources SOURCES =
            new HostSources("http://mirror.test/debian", Optional.empty(), Optional.empty());

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HF3002 | E: Failed to fetch http://m/InRelease  Temporary failure resolving 'm'
            HF3002 | E: Failed to fetch http://m/x.deb  Could not connect to m:80 (10.0.0.1), connection timed out
            HF3002 | E: The repository 'http://m trixie Release' does not have a Release file.
            HF3002 | no answer within 300 s
            HF3004 | W: GPG error: http://m trixie InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0E98404D386FA1D9
            HF3004 | E: The repository 'http://m trixie InRelease' is not signed.
            HF3004 | E: Failed to fetch http://m/InRelease  Clearsigned file isn't valid, got 'NOSPLIT' (does the network require authentication?)
            HF3004 | Err:1 http://m trixie InRelease Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key
            HF3005 | E: Failed to fetch http://m/x.deb  Hash Sum mismatch
            HF3005 | E: Failed to fetch http://m/x.deb  File has unexpected size (9 != 8). Mirror sync in progress?
            HF3006 | E: Unable to locate package nonesuch
            HF3006 | E: Package 'x' has no installation candidate
            HF3007 | E: You don't have enough free space in /var/cache/apt/archives/.
            HF3007 | E: Write error - write (28: No space left on device)
            HF3016 | E: Malformed entry 1 in list file /etc/apt/x.list (Suite)
            """)
    void eachWayToFailHasItsOwnRefusal(Code code, String words) {
        var refusal = AptFailure.of("fetching", new Tools.Outcome(100, words + "\n"), SOURCES, Path.of("/cache"));
        assertThat(refusal.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.cause()).contains(words.replaceFirst("^[EW]: ", ""));
            assertThat(problem.remedy()).matches("(?s)[A-Z].*[.?]");
        });
    }
}
