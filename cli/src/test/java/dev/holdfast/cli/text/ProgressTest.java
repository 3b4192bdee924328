package dev.holdfast.cli.text;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long nanos;
    private final PrintStream to = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void onATerminalOneLineIsDrawnOverAndOver() {
        Progress progress = new Progress(to, true, Paint.PLAIN, () -> nanos);

        progress.at("image", "fetching", 6 << 20, 24 << 20, true);
        progress.close();
        progress.close();

        assertThat(written())
                .isEqualTo("\r\u001b[K\u001b[?7l⠋ 0 ms  image  [######------------------]  6.0 MiB of 24 MiB  fetching"
                        + "\u001b[?7h\r\u001b[K");
    }

    @Test
    void elsewhereEachThingIsSaidOnceHoweverOftenItMoves() {
        Progress progress = new Progress(to, false, Paint.PLAIN, () -> nanos);

        progress.at("image", "fetching", 1, 24, true);
        progress.at("image", "fetching", 2, 24, true);
        progress.at("image", "unpacking", 3, 24, false);
        progress.at("main-0", "starting");
        progress.close();

        assertThat(written()).isEqualTo("image: fetching\nimage: unpacking\nmain-0: starting\n");
    }

    @Test
    void moreDoneThanThereIsDoesNotOverflowTheBar() {
        Progress progress = new Progress(to, true, Paint.PLAIN, () -> nanos);

        progress.at("image", "x", 30, 24, false);

        assertThat(written()).contains("image  [########################]  30 of 24  x");
    }

    @Test
    void aLineThatStaysStandsAboveWhatGoesOn() {
        Progress progress = new Progress(to, true, Paint.PLAIN, () -> nanos);

        progress.at("members", "ready", 1, 2, false);
        nanos = 1_200_000_000L;
        progress.line("✓ cache");
        progress.close();
        progress.at("members", "too late", 2, 2, false);

        assertThat(written().substring(written().indexOf("✓")))
                .isEqualTo("✓ cache\n\r\u001b[K\u001b[?7l⠹ 1.2 s  members  [############------------]  1 of 2  ready"
                        + "\u001b[?7h\r\u001b[K");
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
