package dev.holdfast.engines.redis;

import dev.holdfast.engine.Health;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the figures of members mean. Pure. */
final class RedisHealth {
    static final int SLOTS = 16_384;

    private static final Pattern REPLICA = Pattern.compile("^slave\\d+$");
    private static final Pattern STATE = Pattern.compile("(?:^|,)state=([a-z_]+)");
    private static final Pattern OFFSET = Pattern.compile("(?:^|,)offset=(\\d+)");

    private RedisHealth() {}

    /** What {@code INFO} of a server says, wherever it belongs. */
    static Health server(Service<RedisSpec> service, Map<String, String> info) {
        Optional<Health> broken = broken(service, info);
        if (broken.isPresent()) {
            return broken.get();
        }
        boolean isPrimary = "master".equals(info.get("role"));
        if (service.settings().isSingle() && !isPrimary) {
            return new Health.NotReady(
                    "it is a " + info.get("role") + " of " + info.get("master_host") + " and takes no writes",
                    "Somebody made it a replica: run `REPLICAOF NO ONE` with `holdfast connect " + service.name()
                            + " --role holdfast`.");
        }
        if (service.settings().isSingle()) {
            return new Health.Ready(evidence(info, "primary"));
        }
        return isPrimary ? primary(service, info) : replica(service, info);
    }

    /** What keeps any server from its work. */
    private static Optional<Health> broken(Service<RedisSpec> service, Map<String, String> info) {
        String log = "Read the service's log with `holdfast logs " + service.name() + "`.";
        if (isSet(info, "loading")) {
            return Optional.of(new Health.NotReady(
                    "it is loading its data: " + info.getOrDefault("loading_loaded_perc", "0") + " % done, "
                            + info.getOrDefault("loading_eta_seconds", "?") + "s to go",
                    "Wait; it answers when the data is loaded."));
        }
        boolean takesWrites = "master".equals(info.get("role"));
        if (takesWrites
                && isSet(info, "aof_enabled")
                && !"ok".equals(info.getOrDefault("aof_last_write_status", "ok"))) {
            return Optional.of(new Health.NotReady(
                    "it refuses writes because the append-only file could not be written (MISCONF)",
                    "Make room where the stack's data lives; it takes writes again by itself. " + log));
        }
        // with snapshots switched off a failed one, asked for by hand, stops nothing
        if (takesWrites
                && service.settings().persistence() == RedisSpec.Persistence.RDB
                && !"ok".equals(info.getOrDefault("rdb_last_bgsave_status", "ok"))) {
            return Optional.of(new Health.NotReady(
                    "it refuses writes because its last snapshot failed (MISCONF), with "
                            + info.getOrDefault("rdb_changes_since_last_save", "?") + " changes unsaved",
                    "Make room where the stack's data lives; the next snapshot that succeeds ends it. " + log));
        }
        return Optional.empty();
    }

    private static Health primary(Service<RedisSpec> service, Map<String, String> info) {
        int wanted = service.settings().replicasInForce();
        long written = number(info, "master_repl_offset");
        int linked = 0;
        long behind = 0;
        for (Map.Entry<String, String> figure : info.entrySet()) {
            Matcher state = STATE.matcher(figure.getValue());
            if (REPLICA.matcher(figure.getKey()).matches()
                    && state.find()
                    && state.group(1).equals("online")) {
                linked++;
                Matcher offset = OFFSET.matcher(figure.getValue());
                behind = Math.max(behind, offset.find() ? written - Long.parseLong(offset.group(1)) : 0);
            }
        }
        if (linked < wanted) {
            return new Health.Impaired(
                    "it is primary and only " + linked + " of " + wanted + " replicas follow it",
                    "Wait a moment: replicas that come back follow by themselves. Where one does not, 'holdfast why "
                            + service.name() + "' says why.");
        }
        String replicas = wanted == 0
                ? ""
                : ", " + linked + " of " + wanted + " replicas follow, at most " + Math.max(0, behind)
                        + " bytes behind";
        return new Health.Ready(evidence(info, "primary") + replicas);
    }

    private static Health replica(Service<RedisSpec> service, Map<String, String> info) {
        String of = info.getOrDefault("master_host", "?") + ":" + info.getOrDefault("master_port", "?");
        if (isSet(info, "master_sync_in_progress")) {
            return new Health.Impaired(
                    "it is copying the data of its primary " + of + ", "
                            + info.getOrDefault("master_sync_left_bytes", "?") + " bytes to go",
                    "Wait; it follows when it has all of it.");
        }
        if (!"up".equals(info.get("master_link_status"))) {
            return new Health.Impaired(
                    "it does not reach its primary " + of + " since "
                            + info.getOrDefault("master_link_down_since_seconds", "?") + "s",
                    "Wait: when the primary is gone another takes its place. Where it is not, read `holdfast logs "
                            + service.name() + "`.");
        }
        return new Health.Ready(evidence(info, "replica of " + of));
    }

    /** @param cluster of {@code CLUSTER INFO} */
    static Health node(Service<RedisSpec> service, Map<String, String> info, Map<String, String> cluster) {
        Health server = server(service, info);
        if (server instanceof Health.NotReady) {
            return server;
        }
        long assigned = number(cluster, "cluster_slots_assigned");
        long served = number(cluster, "cluster_slots_ok");
        int members = RedisMembers.servers(service).size();
        if (number(cluster, "cluster_known_nodes") < members || assigned < SLOTS) {
            return new Health.Impaired(
                    "it knows " + cluster.getOrDefault("cluster_known_nodes", "?") + " of " + members + " members, and "
                            + assigned + " of " + SLOTS + " slots are given out",
                    "Wait while the cluster is formed; where that was interrupted, run 'holdfast up' again.");
        }
        if (!"ok".equals(cluster.get("cluster_state")) || served < SLOTS) {
            return new Health.Impaired(
                    "of the cluster only " + served + " of " + SLOTS + " slots are served, so it answers with an error",
                    "Wait a moment: a replica takes the place of a primary that is gone. 'holdfast why "
                            + service.name() + "' says which members are.");
        }
        return server instanceof Health.Ready(String because)
                ? new Health.Ready(because + ", all " + SLOTS + " slots served")
                : server;
    }

    /**
     * @param view of {@code SENTINEL MASTER}
     * @param quorum what {@code SENTINEL CKQUORUM} answered, or its refusal
     * @param primary the member it follows
     */
    static Health sentinel(
            Service<RedisSpec> service, Map<String, String> view, String quorum, Optional<String> primary) {
        if (!quorum.startsWith("OK")) {
            return new Health.Impaired(
                    "sentinels could not replace a primary now: " + quorum,
                    "See 'holdfast why " + service.name() + "' which sentinels are missing.");
        }
        String flags = view.getOrDefault("flags", "");
        if (primary.isEmpty()) {
            return new Health.Impaired(
                    "it follows " + view.getOrDefault("ip", "?") + ":" + view.getOrDefault("port", "?")
                            + ", which is no member of the service",
                    "Somebody had it follow another server: run 'holdfast restart " + service.name() + "'.");
        }
        if (flags.contains("down") || flags.contains("failover_in_progress") || flags.contains("disconnected")) {
            return new Health.Impaired(
                    "it does not reach the primary " + primary.get() + " (" + flags + ")",
                    "Wait a moment: a replica takes its place.");
        }
        int wanted = service.settings().replicasInForce();
        if (number(view, "num-slaves") < wanted) {
            return new Health.Impaired(
                    "of " + wanted + " replicas it knows " + number(view, "num-slaves"),
                    "Wait a moment: it hears of them from the primary every 10 s.");
        }
        return new Health.Ready("it sees primary " + primary.get() + ", "
                + view.getOrDefault("num-slaves", "?") + " replicas and "
                + view.getOrDefault("num-other-sentinels", "?") + " other sentinels, and could replace the primary");
    }

    private static String evidence(Map<String, String> info, String role) {
        List<String> evidence = new ArrayList<>();
        evidence.add("redis " + info.getOrDefault("redis_version", "?") + " answers over TLS as " + role);
        evidence.add(info.getOrDefault("used_memory_human", "?") + " of " + info.getOrDefault("maxmemory_human", "?")
                + " used");
        evidence.add(info.getOrDefault("connected_clients", "?") + " clients");
        if (isSet(info, "aof_enabled")) {
            boolean rewrites = "ok".equals(info.getOrDefault("aof_last_bgrewrite_status", "ok"));
            evidence.add(rewrites ? "append-only file written" : "the last rewrite of the append-only file failed");
        }
        if (isFull(info)) {
            evidence.add("memory is full and nothing may be evicted, so commands that add data are refused (OOM)");
        }
        return String.join(", ", evidence);
    }

    private static boolean isFull(Map<String, String> info) {
        long most = number(info, "maxmemory");
        return most > 0 && "noeviction".equals(info.get("maxmemory_policy")) && number(info, "used_memory") >= most;
    }

    private static boolean isSet(Map<String, String> info, String key) {
        return "1".equals(info.get(key));
    }

    private static long number(Map<String, String> values, String key) {
        try {
            return Long.parseLong(values.getOrDefault(key, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
