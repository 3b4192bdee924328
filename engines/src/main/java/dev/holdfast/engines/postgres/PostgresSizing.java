package dev.holdfast.engines.postgres;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engines.postgres.PostgresExtensions.Extension;
import dev.holdfast.engines.postgres.PostgresSpec.Door;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Pool;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The rules are sentences in {@code parameters.yaml}; here is their arithmetic. */
final class PostgresSizing implements Sizing<PostgresSpec> {
    /** Below this nothing is left for sorting beside forty connections. */
    static final Bytes LEAST_MEMORY = Bytes.mebi(256);

    /** Room for a first write-ahead log, its successor and the catalogues. */
    static final Bytes LEAST_STORAGE = Bytes.mebi(1024);

    private static final int RESERVED = 13;
    private static final int UNLIMITED_ROLE = 20;
    private static final int LEAST_CONNECTIONS = 40;
    private static final int SORTS = 3;
    private static final Set<String> PARTITIONING = Set.of("timescaledb", "pg_partman");

    private final PostgresParameters parameters;
    private final PostgresExtensions extensions;

    PostgresSizing(PostgresParameters parameters, PostgresExtensions extensions) {
        this.parameters = parameters;
        this.extensions = extensions;
    }

    @Override
    public List<Setting> settings(Service<PostgresSpec> service) {
        List<Setting> settings = new ArrayList<>();
        memory(service, settings);
        processors(service, settings);
        storage(service, settings);
        return List.copyOf(settings);
    }

    @Override
    public Set<String> fixed(Service<PostgresSpec> service) {
        return service.settings().parameters().keySet().stream()
                .map(key -> key.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    private void memory(Service<PostgresSpec> service, List<Setting> settings) {
        Bytes memory = service.resources().memory();
        long mebi = memory.inMebi();
        Declared declared = Declared.of(service, extensions);
        int connections = connections(declared);
        settings.add(parameters.setting("max_connections", Integer.toString(connections), demand(declared)));
        settings.add(parameters.setting("shared_buffers", sharedBuffers(memory) + "MB", memory.toString()));
        settings.add(parameters.setting("effective_cache_size", mebi * 3 / 4 + "MB", memory.toString()));
        settings.add(parameters.setting(
                "work_mem",
                amount(Math.clamp(workMemory(memory, connections), 1024, 256 * 1024)),
                (mebi - sharedBuffers(memory)) + "MB for " + connections + " connections"));
        settings.add(
                parameters.setting("maintenance_work_mem", Math.clamp(mebi / 16, 16, 2048) + "MB", memory.toString()));
        boolean partitions = declared.extensions().stream().map(Extension::name).anyMatch(PARTITIONING::contains);
        boolean listed = declared.databases().values().stream()
                .flatMap(database -> database.tenancy().stream())
                .anyMatch(TenancySpec::hasList);
        settings.add(parameters.setting("max_locks_per_transaction", listed ? "1024" : partitions ? "256" : "64"));
    }

    private void processors(Service<PostgresSpec> service, List<Setting> settings) {
        int cores = (int) Math.max(1, Math.ceilDiv(service.resources().cpu().millis(), 1000L));
        String figures = service.resources().cpu() + " cpu";
        String half = Integer.toString(Math.min(4, cores / 2));
        settings.add(parameters.setting("max_worker_processes", Integer.toString(cores + 8), figures));
        settings.add(parameters.setting("max_parallel_workers", Integer.toString(cores), figures));
        settings.add(parameters.setting("max_parallel_workers_per_gather", half, figures));
        settings.add(parameters.setting("max_parallel_maintenance_workers", half, figures));
        settings.add(parameters.setting("autovacuum_max_workers", Integer.toString(Math.clamp(cores, 3, 8)), figures));
    }

    private void storage(Service<PostgresSpec> service, List<Setting> settings) {
        Bytes storage = service.resources().storage();
        long mebi = storage.inMebi();
        long most = Math.clamp(mebi / 10, 256, 16 * 1024);
        settings.add(parameters.setting("max_wal_size", most + "MB", storage.toString()));
        settings.add(parameters.setting("min_wal_size", most / 4 + "MB", most + "MB"));
        settings.add(parameters.setting("max_slot_wal_keep_size", mebi / 4 + "MB", storage.toString()));
        settings.add(parameters.setting("temp_file_limit", mebi / 4 + "MB", storage.toString()));
    }

    /** What the pooler and the direct roles need together, and what Holdfast keeps for itself; the file has the last word. */
    static int connections(Declared declared) {
        Optional<Integer> fixed = fixed(declared.service().settings());
        if (fixed.isPresent()) {
            return fixed.get();
        }
        int pooled = declared.pool().map(Pool::servers).orElse(0)
                * declared.databases().size();
        return Math.max(LEAST_CONNECTIONS, RESERVED + pooled + direct(declared));
    }

    static Optional<Integer> fixed(PostgresSpec spec) {
        return Optional.ofNullable(spec.parameters().get("max_connections"))
                .filter(text -> text.matches("[0-9]{1,6}"))
                .map(Integer::valueOf);
    }

    static boolean isTooSmall(Bytes memory, int connections) {
        return workMemory(memory, connections) < 1024;
    }

    /** How many connections the memory is enough for. */
    static long affordable(Bytes memory) {
        return (memory.inMebi() - sharedBuffers(memory)) / SORTS;
    }

    private static long sharedBuffers(Bytes memory) {
        return memory.inMebi() / 4;
    }

    /** In kB, in whole steps of 64. */
    private static long workMemory(Bytes memory, int connections) {
        long kibi = (memory.inMebi() - sharedBuffers(memory)) * 1024;
        return kibi / ((long) connections * SORTS) / 64 * 64;
    }

    private static int direct(Declared declared) {
        int direct = 0;
        for (Role role : declared.roles().values()) {
            boolean pooled = role.through() == Door.POOLER && declared.isPooled();
            direct += pooled ? 0 : role.connections().orElse(UNLIMITED_ROLE);
        }
        return direct;
    }

    private static String demand(Declared declared) {
        String pooled = declared.pool()
                .map(pool -> ", " + pool.servers() + " servers of the pooler for each of "
                        + declared.databases().size() + " databases")
                .orElse("");
        return RESERVED + pooled + ", " + direct(declared) + " direct";
    }

    private static String amount(long kibi) {
        return kibi % 1024 == 0 ? kibi / 1024 + "MB" : kibi + "kB";
    }
}
