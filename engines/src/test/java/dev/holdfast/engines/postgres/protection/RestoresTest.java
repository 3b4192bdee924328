package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Restoration;
import dev.holdfast.engine.Restoration.Target;
import dev.holdfast.engines.postgres.protection.ArchiverSession.Flushed;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is used for a moment, and which moments are refused, over archives as pgBackRest describes them. */
final class RestoresTest {
    private static Instant at(int minute) {
        return Instant.parse("2026-11-20T10:00:00Z").plusSeconds(60L * minute);
    }

    private static String wal(int timeline, int number) {
        return "%08X00000000%08X".formatted(timeline, number);
    }

    private static Point full(String id, int minute, int timeline, int wal) {
        SortedMap<String, String> facts = new TreeMap<>();
        facts.put("walStart", wal(timeline, wal));
        facts.put("walStop", wal(timeline, wal + 1));
        facts.put("lsnStop", "0/" + Integer.toHexString((wal + 1) << 24).toUpperCase(java.util.Locale.ROOT));
        return new Point(
                id, Kind.FULL, at(minute - 1), at(minute), 1 << 30, 1 << 20, Optional.empty(), facts, Optional.empty());
    }

    /** One file a minute: the file n was archived at minute n. */
    private static Archive archive(int timeline, int from, int to, int... missing) {
        List<Integer> gone = java.util.Arrays.stream(missing).boxed().toList();
        List<Archive.Segment> segments = new ArrayList<>();
        for (int number = from; number <= to; number++) {
            if (!gone.contains(number)) {
                segments.add(new Archive.Segment(wal(timeline, number), timeline, number, 1000, at(number)));
            }
        }
        return new Archive(segments, new TreeMap<>());
    }

    private static Restores restores(Archive archive, Point... points) {
        return restores(Flushed.NOT, archive, points);
    }

    private static Restores restores(Flushed flushed, Archive archive, Point... points) {
        return new Restores(
                "main",
                new Stored(List.of(points), Optional.of("17"), "17-1", "", 0, "ok"),
                archive,
                List.of(new Restores.Named("release", "0/7000100", Optional.of(1), at(7))),
                flushed);
    }

    private static void refused(Restores restores, Target target, Code code, String... words) {
        assertThatThrownBy(() -> restores.plan(target)).isInstanceOfSatisfying(HoldfastException.class, refusal -> {
            assertThat(refusal.problems().getFirst().code()).isEqualTo(code);
            assertThat(refusal.problems().getFirst().toString()).contains(words);
        });
    }

    @Test
    void aMomentIsReachedFromTheNewestBackupBeforeIt() {
        Restores restores = restores(archive(1, 2, 30), full("first", 3, 1, 2), full("second", 13, 1, 12));

        Restoration before = restores.plan(new Target.At(at(10)));
        Restoration after = restores.plan(new Target.At(at(20)));

        assertThat(before.base().id()).isEqualTo("first");
        assertThat(before.words())
                .containsEntry("target", "2026-11-20 10:10:00.000000+00")
                .containsEntry("timeline", "1");
        assertThat(before.changes()).isEqualTo("9 files of the write-ahead log, " + wal(1, 2) + " to " + wal(1, 10));
        assertThat(before.steps()).isEqualTo(9);
        assertThat(after.base().id()).isEqualTo("second");
        assertThat(after.reach()).hasValueSatisfying(reach -> assertThat(reach).hasToString(at(3) + " to " + at(30)));
    }

    @Test
    void aMomentOutsideTheArchiveIsRefusedWithTheNearest() {
        Restores restores = restores(archive(1, 2, 30), full("first", 3, 1, 2));

        refused(restores, new Target.At(at(1)), Code.HF3627, "before the first backup", "--at " + at(3));
        refused(restores, new Target.At(at(31)), Code.HF3627, "after what was archived", "--at " + at(30));
        refused(restores, new Target.Position("0/1000000"), Code.HF3627, "before the end of the first backup");
        refused(restores, new Target.Position("0/FF000000"), Code.HF3627, "after what was archived last");
        refused(restores, new Target.Position("here"), Code.HF3627, "16/B374D848");
        refused(restores, new Target.Named("relase"), Code.HF3627, "release");
        refused(restores, new Target.Exactly("none"), Code.HF3626, "first");
        refused(restores(archive(1, 2, 30)), new Target.Latest(), Code.HF3626, "backup create main");
    }

    @Test
    void whatTheServerHasJustArchivedIsReachableThoughTheStoreKnowsWholeSecondsOfAnotherClock() {
        Instant moment = at(30).plusMillis(700);
        Flushed flushed = new Flushed(Optional.of(moment.plusMillis(20)), Optional.empty());
        Restores restores = restores(flushed, archive(1, 2, 30), full("first", 3, 1, 2));

        Restoration planned = restores.plan(new Target.At(moment));
        assertThat(planned.until()).hasValue(moment);
        assertThat(planned.steps()).isEqualTo(29);
        assertThat(restores.plan(new Target.Latest()).until()).isEqualTo(flushed.complete());
        // a store that is ahead of the server makes nothing reachable that is not written yet
        refused(
                restores(new Flushed(Optional.of(at(28)), Optional.empty()), archive(1, 2, 30), full("first", 3, 1, 2)),
                new Target.At(at(29)),
                Code.HF3627,
                "--at " + at(28));
        Restores stuck = restores(
                new Flushed(Optional.empty(), Optional.of("The newest commits wait.")),
                archive(1, 2, 30),
                full("first", 3, 1, 2));
        refused(stuck, new Target.At(moment), Code.HF3627, "; the newest commits wait", "--at " + at(30));
        assertThat(stuck.plan(new Target.Latest()).notes()).containsExactly("The newest commits wait.");
    }

    @Test
    void aGapIsFoundBeforeAnythingStarts() {
        Restores restores = restores(archive(1, 2, 30, 8), full("first", 3, 1, 2), full("later", 15, 1, 14));

        refused(restores, new Target.At(at(10)), Code.HF3628, wal(1, 7), at(7).toString(), at(15).toString());
        assertThat(restores.plan(new Target.At(at(6))).base().id()).isEqualTo("first");
        assertThat(restores.plan(new Target.At(at(20))).base().id()).isEqualTo("later");
        refused(
                restores(archive(1, 2, 30, 3), full("first", 3, 1, 2)),
                new Target.Exactly("first"),
                Code.HF3628,
                "first",
                "--backup");
        assertThat(restores(archive(1, 2, 30, 20), full("first", 3, 1, 2))
                        .plan(new Target.Latest())
                        .notes())
                .anyMatch(note -> note.contains("gap after " + wal(1, 19)));
    }

    /** Timeline 2 left the first in file 11, at minute 14; what was written to the first after that is another history. */
    private static Archive promoted(int lastOfTheFirst) {
        List<Archive.Segment> segments =
                new ArrayList<>(archive(1, 2, lastOfTheFirst).segments());
        segments.addAll(archive(2, 11, 30).segments().stream()
                .map(one -> new Archive.Segment(one.name(), 2, one.number(), 1000, at((int) one.number() + 5)))
                .toList());
        SortedMap<Integer, Instant> forks = new TreeMap<>();
        forks.put(2, at(14));
        SortedMap<Integer, SortedMap<Integer, Long>> histories = new TreeMap<>();
        histories.put(2, Archive.history(List.of("1\t0/B000100\tno recovery target specified", "")));
        return new Archive(segments, forks, histories);
    }

    @Test
    void aMomentBeforeAPromotionIsReachedOnTheTimelineOfThen() {
        Restores restores = restores(promoted(12), full("first", 3, 1, 2));

        assertThat(restores.plan(new Target.At(at(11))).words()).containsEntry("timeline", "1");
        assertThat(restores.plan(new Target.At(at(20))).words()).containsEntry("timeline", "2");
        assertThat(restores.plan(new Target.Latest()).words()).containsEntry("timeline", "2");
    }

    @Test
    void whatWasSavedAfterItsTimelineWasLeftIsNoBaseForTheNext() {
        Point before = full("before", 3, 1, 2);
        Point behind = full("behind", 13, 1, 12);
        Restores both = restores(promoted(14), before, behind);
        Restores late = restores(promoted(14), behind);

        for (Target target : List.of(new Target.At(at(20)), new Target.Latest(), new Target.Position("0/F000000"))) {
            assertThat(both.plan(target).base()).isEqualTo(before);
            assertThat(both.plan(target).changes()).contains(wal(1, 2) + " to 00000002");
            refused(late, target, Code.HF3627, "timeline 2", "--backup behind");
        }
        assertThat(both.plan(new Target.Position("0/D000000")).notes())
                .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .contains("timeline 2")
                .contains("on timeline 1 is another history");
        assertThat(both.plan(new Target.Position("0/A000000")).notes()).isEmpty();
        assertThat(late.plan(new Target.Exactly("behind")).words()).containsEntry("timeline", "current");
        // a promotion of which nothing was archived yet but that it happened
        assertThat(restores(
                                new Archive(
                                        archive(1, 2, 14).segments(),
                                        promoted(14).forks(),
                                        promoted(14).histories()),
                                before,
                                behind)
                        .plan(new Target.Latest())
                        .words())
                .containsEntry("timeline", "2")
                .containsEntry("set", "before");
    }

    @Test
    void aNamedPointIsReachedByItsPositionOnItsTimeline() {
        Restoration named = restores(promoted(12), full("first", 3, 1, 2)).plan(new Target.Named("release"));

        assertThat(named.words())
                .containsEntry("type", "lsn")
                .containsEntry("target", "0/7000100")
                .containsEntry("exclusive", "y")
                .containsEntry("timeline", "1");
        assertThat(named.until()).hasValue(at(7));
    }

    @Test
    void readsTheListOfTheRepository() {
        Archive archive = Archive.of("main", List.of("""
                {".":{"type":"path"},"0000000100000000":{"type":"path"},\
                "0000000100000000/0000000100000000000000FE-26423a49a9a0d55fe78070a71920aaf197db0c14.zst":{"type":"file","size":784,"time":1795179486},\
                "0000000100000001/000000010000000100000000-26423a49a9a0d55fe78070a71920aaf197db0c14.zst":{"type":"file","size":5,"time":1795179500},\
                "0000000100000000/0000000100000000000000FE.00000028.backup":{"type":"file","size":400,"time":1795179487},\
                "0000000100000000/0000000100000000000000FF-26423a49a9a0d55fe78070a71920aaf197db0c14.zst":{"type":"file","size":784,"time":1795179488},\
                "00000002.history":{"type":"file","size":4,"time":1795179600}}"""));

        assertThat(archive.segments().stream().map(Archive.Segment::number)).containsExactly(254L, 255L, 256L);
        assertThat(archive.run(254, 1)).hasSize(3);
        assertThat(archive.forks()).containsOnlyKeys(2);
        assertThat(archive.latest()).hasValue(Instant.ofEpochSecond(1795179500));
    }
}
