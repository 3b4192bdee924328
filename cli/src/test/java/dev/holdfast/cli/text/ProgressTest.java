package dev.holdfast.cli.text;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream to = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void onATerminalOneLineIsDrawnOverAndOver() {
        Progress progress = new Progress(to, true, Paint.PLAIN);

        progress.at("image", "fetching", 6 << 20, 24 << 20, true);
        progress.clear();
        progress.clear();

        assertThat(written())
                .isEqualTo("\r\u001b[Kimage  [######------------------]  6.0 MiB of 24 MiB  fetching\r\u001b[K");
    }

    @Test
    void elsewhereEachThingIsSaidOnceHoweverOftenItMoves() {
        Progress progress = new Progress(to, false, Paint.PLAIN);

        progress.at("image", "fetching", 1, 24, true);
        progress.at("image", "fetching", 2, 24, true);
        progress.at("image", "unpacking", 3, 24, false);
        progress.at("main-0", "starting");
        progress.clear();

        assertThat(written()).isEqualTo("image: fetching\nimage: unpacking\nmain-0: starting\n");
    }

    @Test
    void moreDoneThanThereIsDoesNotOverflowTheBar() {
        Progress progress = new Progress(to, true, Paint.PLAIN);

        progress.at("image", "x", 30, 24, false);

        assertThat(written()).isEqualTo("\r\u001b[Kimage  [########################]  30 of 24  x");
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
