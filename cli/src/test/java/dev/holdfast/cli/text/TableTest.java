package dev.holdfast.cli.text;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class TableTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertThat(new Table()
                        .row("NAME", "STATE")
                        .row("main-0", "running")
                        .row("cache", "starting")
                        .lines())
                .containsExactly("NAME    STATE", "main-0  running", "cache   starting");
    }

    @Test
    void coloursAndWideLettersDoNotMoveColumns() {
        Paint paint = Paint.COLOURED;
        assertThat(new Table().row(paint.good("ok"), "x").row("日本𝒳", "y").lines())
                .containsExactly("\u001b[32mok\u001b[0m   x", "日本𝒳  y");
    }

    @Test
    void nothingStandsBehindTheLastFullCell() {
        assertThat(new Table().row("a", "", "").row("bbb", "c", "d").lines()).containsExactly("a", "bbb  c  d");
    }
}
