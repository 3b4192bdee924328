package dev.holdfast.engines.postgres.doctor;

import dev.holdfast.engine.Doctor.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Settings that hurt, judged from {@code pg_settings} in its own units. Pure. */
record SettingsJudge(SortedMap<String, String> settings) {
    private static final long BLOCK = 8192;
    private static final long MIB = 1 << 20;

    List<Finding> judge() {
        List<Finding> findings = new ArrayList<>();
        off(
                findings,
                "fsync",
                "a power cut can destroy the whole cluster",
                "Set fsync = on; synchronous_commit = off is the safe way to be fast.");
        off(findings, "full_page_writes", "a power cut can leave pages half written", "Set full_page_writes = on.");
        off(findings, "autovacuum", "dead rows pile up and transaction ids run out", "Set autovacuum = on.");
        off(findings, "track_counts", "autovacuum is blind without it", "Set track_counts = on.");
        is(
                findings,
                true,
                "zero_damaged_pages",
                "on",
                "damaged pages are silently emptied",
                "Set zero_damaged_pages = off.");
        is(
                findings,
                true,
                "ignore_checksum_failure",
                "on",
                "damaged pages are read as if nothing were",
                "Set ignore_checksum_failure = off.");
        is(
                findings,
                false,
                "data_checksums",
                "off",
                "a disk that lies is not noticed",
                "Run pg_checksums --enable while the server is stopped.");
        is(
                findings,
                false,
                "synchronous_commit",
                "off",
                "the last commits before a crash are lost",
                "Set synchronous_commit = on, unless that is meant.");
        is(
                findings,
                false,
                "wal_level",
                "minimal",
                "neither standbys nor point-in-time recovery are possible",
                "Set wal_level = replica and restart.");
        is(
                findings,
                false,
                "password_encryption",
                "md5",
                "new passwords are kept as MD5, which a stolen backup gives away",
                "Set password_encryption = scram-sha-256 and set each password anew.");
        is(
                findings,
                false,
                "ssl",
                "off",
                "TLS is off at the server; where a pooler stands before it, the way between is open",
                "Set ssl = on with a certificate.");
        is(
                findings,
                false,
                "idle_in_transaction_session_timeout",
                "0",
                "a client that forgets its transaction holds locks and stops vacuum for ever",
                "Set idle_in_transaction_session_timeout = '10min'.");
        is(
                findings,
                false,
                "jit",
                "on",
                "short queries over many partitions pay for compiling",
                "Set jit = off, unless long analytic queries are the rule.");
        is(
                findings,
                false,
                "random_page_cost",
                "4",
                "it is the price of a spinning disk, so indexes look dear",
                "Set random_page_cost = 1.1 on SSDs.");
        is(findings, false, "log_lock_waits", "off", "a wait for a lock leaves no trace", "Set log_lock_waits = on.");
        text("TimeZone")
                .filter(zone -> !List.of("UTC", "Etc/UTC", "GMT").contains(zone))
                .ifPresent(zone -> findings.add(Finding.warn(
                        "setting TimeZone",
                        "TimeZone is " + zone + ": timestamps without a zone change their meaning with summer time",
                        "Set TimeZone = 'UTC'.")));
        memory(findings);
        findings.addFirst(Finding.ok("settings", settings.size() + " seen; those that hurt follow, one by one"));
        if (findings.size() == 1) {
            findings.set(0, Finding.ok("settings", settings.size() + " seen, none that hurts"));
        }
        return findings;
    }

    private void memory(List<Finding> findings) {
        // what nobody touched: a server that was sized for little memory has a small effective_cache_size too
        boolean untouched = number("effective_cache_size").orElse(0L) * BLOCK >= 4096 * MIB;
        number("shared_buffers")
                .filter(pages -> untouched && pages * BLOCK <= 128 * MIB)
                .ifPresent(pages -> findings.add(Finding.warn(
                        "setting shared_buffers",
                        "shared_buffers is " + pages * BLOCK / MIB + "MB, what an untuned server has",
                        "Set a quarter of the machine's memory.")));
        number("work_mem")
                .filter(kib -> kib < 2048)
                .ifPresent(kib -> findings.add(Finding.warn(
                        "setting work_mem",
                        "work_mem is " + kib + "kB: sorts and hashes go to disk early",
                        "Set 4MB to 64MB.")));
        Optional<Long> connections = number("max_connections");
        connections
                .filter(many -> many > 500)
                .ifPresent(many -> findings.add(Finding.warn(
                        "setting max_connections",
                        "max_connections is " + many + ": every one is a process, and snapshots grow with them",
                        "Put a pooler before it and set some hundreds at most.")));
        number("work_mem")
                .filter(kib -> connections.orElse(0L) * kib > 64L << 20)
                .ifPresent(kib -> findings.add(Finding.warn(
                        "setting work_mem",
                        "work_mem of " + kib / 1024 + "MB for each of " + connections.orElse(0L)
                                + " connections comes to more than 64GB",
                        "Lower work_mem and raise it for the roles that need it, or lower max_connections.")));
    }

    private void off(List<Finding> findings, String name, String because, String remedy) {
        is(findings, true, name, "off", because, remedy);
    }

    private void is(List<Finding> findings, boolean bad, String name, String hurting, String because, String remedy) {
        if (text(name).equals(Optional.of(hurting))) {
            String evidence = name + " is " + hurting + ": " + because;
            findings.add(
                    bad
                            ? Finding.bad("setting " + name, evidence, remedy)
                            : Finding.warn("setting " + name, evidence, remedy));
        }
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(settings.get(name));
    }

    private Optional<Long> number(String name) {
        return text(name).filter(value -> value.matches("-?[0-9]{1,15}")).map(Long::valueOf);
    }
}
