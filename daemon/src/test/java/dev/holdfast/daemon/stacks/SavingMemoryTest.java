package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Operation;
import dev.holdfast.apply.Tasks;
import dev.holdfast.engine.Catalogue.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What is remembered of backups from one daemon to the next. */
final class SavingMemoryTest {
    private static final Instant NIGHT = Instant.parse("2026-11-20T02:00:00Z");
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void aFailureTakesNothingFromWhatIsThere() {
        new SavingMemory(folder).good("main", Kind.FULL, NIGHT, NIGHT.plusSeconds(60), "20261120-020000F");
        new SavingMemory(folder).bad("main", Kind.FULL, NOON, NOON.plusSeconds(1), "the store was away");

        assertThat(new SavingMemory(folder).ofService("main"))
                .containsExactlyInAnyOrder(
                        new SavingMemory.Result(Kind.FULL, NIGHT, NIGHT.plusSeconds(60), "20261120-020000F", ""),
                        new SavingMemory.Result(Kind.FULL, NOON, NOON.plusSeconds(1), "", "the store was away"));
        assertThat(new SavingMemory(folder).ofService("ma")).isEmpty();
    }

    @Test
    void servicesThatAreSavedAtOnceDoNotForgetEachOther() throws Exception {
        SavingMemory memory = new SavingMemory(folder);
        List<Callable<Boolean>> writers = new ArrayList<>();
        for (int writer = 0; writer < 8; writer++) {
            String service = "s" + writer;
            writers.add(() -> {
                for (int round = 0; round < 20; round++) {
                    memory.good(service, Kind.INCREMENTAL, NIGHT, NOON.plusSeconds(round), "id-" + round);
                }
                return true;
            });
        }

        new Operation("test", "test", "test").call(() -> Tasks.all(writers, Duration.ofSeconds(60)));

        assertThat(IntStream.range(0, 8).mapToObj(writer -> memory.ofService("s" + writer)))
                .allSatisfy(results -> assertThat(results)
                        .singleElement()
                        .extracting(SavingMemory.Result::id)
                        .isEqualTo("id-19"));
    }

    @Test
    void sinceWhenBackupsAreAskedForOutlivesTheDaemonAndEndsWithTheAsking() {
        assertThat(new SavingMemory(folder).asked("main", Set.of(Kind.FULL), NIGHT))
                .containsEntry(Kind.FULL, NIGHT);
        assertThat(new SavingMemory(folder).asked("main", Set.of(Kind.FULL, Kind.DIFFERENTIAL), NOON))
                .containsEntry(Kind.FULL, NIGHT)
                .containsEntry(Kind.DIFFERENTIAL, NOON);
        new SavingMemory(folder).asked("other", Set.of(Kind.FULL), NOON);
        assertThat(new SavingMemory(folder).asked("main", Set.of(), NOON)).isEmpty();
        assertThat(new SavingMemory(folder).asked("main", Set.of(Kind.FULL), NOON))
                .containsEntry(Kind.FULL, NOON);
        // a clock that was ahead then would keep the first backup waiting
        assertThat(new SavingMemory(folder).asked("other", Set.of(Kind.FULL), NIGHT))
                .containsEntry(Kind.FULL, NIGHT);
    }

    @Test
    void whyOldBackupsStayedIsKnownUntilTheyAreGone() {
        SavingMemory.Kept why = new SavingMemory.Kept(NOON, "the store is read-only");
        new SavingMemory(folder).kept("main", Optional.of(why));
        new SavingMemory(folder).good("main", Kind.FULL, NOON, NOON, "id");

        assertThat(new SavingMemory(folder).kept("main")).hasValue(why);
        assertThat(new SavingMemory(folder).kept("other")).isEmpty();
        assertThat(new SavingMemory(folder).ofService("main")).hasSize(1);

        new SavingMemory(folder).kept("main", Optional.empty());
        assertThat(new SavingMemory(folder).kept("main")).isEmpty();
    }

    @Test
    void whatWasWrittenBeforeFailuresHadAPlaceOfTheirOwnIsRead() throws IOException {
        Files.writeString(folder.resolve("savings.json"), """
                {"main/full": {"begun": "2026-11-20T02:00:00Z", "ended": "2026-11-20T02:01:00Z", "id": "", "because": "no room"},
                 "main/incremental": {"begun": "2026-11-20T02:00:00Z", "ended": "2026-11-20T02:01:00Z", "id": "x", "because": ""}}""");
        SavingMemory memory = new SavingMemory(folder);
        memory.good("main", Kind.FULL, NOON, NOON, "y");

        assertThat(memory.ofService("main"))
                .extracting(SavingMemory.Result::id, SavingMemory.Result::because)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("", "no room"),
                        org.assertj.core.groups.Tuple.tuple("x", ""),
                        org.assertj.core.groups.Tuple.tuple("y", ""));
    }
}
