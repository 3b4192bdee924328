package dev.holdfast.engines.postgres.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.Rehearsing.Breach;
import dev.holdfast.engine.Rehearsing.File;
import dev.holdfast.engine.Rehearsing.Lock;
import dev.holdfast.engines.postgres.rehearsal.Seen.Held;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A file as the server would tell of it, on a clock that the test moves by hand. */
final class RecorderTest {
    private static final long MS = 1_000_000;
    private static final Relation ITEMS = new Relation(100, "public.items", 'r', 100, 100, 8192);
    private static final Relation INDEX = new Relation(101, "public.items_pkey", 'i', 100, 101, 8192);
    private static final Relation TOAST = new Relation(102, "pg_toast.pg_toast_100", 't', 100, 102, 0);
    private static final Map<Long, Relation> KNOWN = Map.of(100L, ITEMS, 101L, INDEX, 102L, TOAST);
    private static final String FILE = """
            -- the first
            ALTER TABLE items
                ADD COLUMN a int;
            SELECT slow();
            """;

    private final AtomicLong now = new AtomicLong();

    @Test
    void aLockIsHeldFromWhenItWasNotSeenYetToTheCommit() {
        Recorder recorder = recorder();
        run(recorder, "-- the first\nALTER TABLE items ADD COLUMN a int", 3, true, held(ITEMS, "AccessExclusiveLock"));
        run(recorder, "SELECT slow()", 500, true, held(ITEMS, "AccessExclusiveLock"), held(ITEMS, "ShareLock"));
        recorder.whole();
        now.addAndGet(2 * MS);
        recorder.transactionEnded();

        File file = recorder.file("V1", "V1__a.sql", seen(50), KNOWN, List.of());

        assertThat(file.transactional()).isTrue();
        assertThat(file.took()).isEqualTo(Duration.ofMillis(505));
        assertThat(file.log()).isEqualTo(50);
        assertThat(file.statements()).extracting(one -> one.line()).containsExactly(2, 4);
        assertThat(file.statements().getFirst().text()).isEqualTo("ALTER TABLE items ADD COLUMN a int");
        assertThat(file.locks())
                .extracting(Lock::mode, Lock::statement, lock -> lock.held().toMillis())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("AccessExclusiveLock", 1, 505L),
                        org.assertj.core.groups.Tuple.tuple("ShareLock", 2, 502L));
        assertThat(file.hurting()).extracting(Lock::mode).containsExactly("AccessExclusiveLock");
        assertThat(breaches(file, 200)).containsExactly("maxLock line 2");
        assertThat(breaches(file, 600)).isEmpty();
    }

    @Test
    void whatIsSeenInTheMiddleOfAStatementNarrowsIt() {
        Recorder recorder = recorder();
        recorder.begins("SELECT slow()");
        now.addAndGet(100 * MS);
        recorder.looked(seen(1));
        now.addAndGet(10 * MS);
        recorder.looked(new Seen(now.get(), 1, Set.of(held(ITEMS, "ShareUpdateExclusiveLock"))));
        now.addAndGet(50 * MS);
        // an answer from before the statement began is no answer about it
        recorder.looked(new Seen(-1, 1, Set.of()));
        recorder.looked(seen(1));
        now.addAndGet(100 * MS);
        recorder.ends(seen(1), -1, false);
        recorder.whole();

        File file = recorder.file("V1", "V1__a.sql", seen(1), KNOWN, List.of());

        assertThat(file.transactional()).isFalse();
        assertThat(file.locks()).hasSize(1);
        assertThat(file.locks().getFirst().held()).isEqualTo(Duration.ofMillis(60));
        assertThat(file.hurting()).isEmpty();
    }

    @Test
    void ofIndexesAndOverflowTablesOnlyWhatKeepsPeopleOutIsTold() {
        Recorder recorder = recorder();
        run(
                recorder,
                "ALTER TABLE items ADD COLUMN a int",
                5,
                true,
                held(INDEX, "AccessExclusiveLock"),
                held(TOAST, "AccessExclusiveLock"),
                held(new Relation(999, "new", 'r', 999, 999, 0), "AccessExclusiveLock"));
        recorder.whole();

        File file = recorder.file("V1", "V1__a.sql", seen(1), KNOWN, List.of());

        assertThat(file.locks()).extracting(Lock::table, Lock::index)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("public.items", Optional.of("public.items_pkey")));
    }

    @Test
    void theServersOwnWordsSayWhatWasRewrittenAndDropped() {
        Recorder recorder = recorder();
        recorder.begins("ALTER TABLE items ADD COLUMN a int");
        assertThat(recorder.hears("a notice of the file's own")).isFalse();
        assertThat(recorder.hears("holdfast-rehearsal {\"what\":\"rewrite\",\"oid\":100,\"reason\":4}")).isTrue();
        assertThat(recorder.hears(
                        "holdfast-rehearsal {\"what\":\"drop\",\"kind\":\"table column\",\"name\":\"public.items.a\",\"oid\":100}"))
                .isTrue();
        // made by the same run
        assertThat(recorder.hears(
                        "holdfast-rehearsal {\"what\":\"drop\",\"kind\":\"table\",\"name\":\"public.passing\",\"oid\":5000}"))
                .isTrue();
        recorder.ends(seen(1), -1, true);

        File file = recorder.file("V1", "V1__a.sql", seen(1), KNOWN, List.of());

        assertThat(file.rewrites()).extracting(one -> one.table()).containsExactly("public.items");
        assertThat(file.drops()).extracting(one -> one.name()).containsExactly("public.items.a");
        assertThat(new Verdict(Optional.empty(), Set.of("rewrite", "drop")).of(file).breaches())
                .extracting(Breach::rule)
                .containsExactly("rewrite", "drop");
    }

    @Test
    void statementsAreFoundAgainUnderCommentsLayoutAndPlaceholders() {
        Lines lines = new Lines("""
                /* one */ CREATE TABLE a (id int);
                -- CREATE TABLE c
                CREATE   TABLE
                    ${schema}.b (id int);
                GRANT SELECT ON a TO ${reader};
                """);
        assertThat(lines.of("/* one */ CREATE TABLE a (id int)")).isEqualTo(1);
        assertThat(lines.of("CREATE TABLE shop.b (id int)")).isBetween(2, 3);
        assertThat(lines.of("SET search_path TO elsewhere")).isZero();
        assertThat(lines.of("GRANT SELECT ON a TO someone")).isEqualTo(5);
    }

    private Recorder recorder() {
        return new Recorder(KNOWN, 1000, now::get, FILE, seen(0));
    }

    private void run(Recorder recorder, String sql, long millis, boolean inTransaction, Held... held) {
        recorder.begins(sql);
        now.addAndGet(millis * MS);
        recorder.ends(new Seen(now.get(), 1, Set.of(held)), -1, inTransaction);
    }

    private Seen seen(long log) {
        return new Seen(now.get(), log, Set.of());
    }

    private static Held held(Relation relation, String mode) {
        return new Held(relation.oid(), mode);
    }

    private static List<String> breaches(File file, long millis) {
        return new Verdict(Optional.of(Duration.ofMillis(millis)), Set.of())
                .of(file).breaches().stream()
                        .map(breach -> breach.rule() + " line " + breach.line())
                        .toList();
    }
}
