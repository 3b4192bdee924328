package dev.holdfast.engines.pgbouncer;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engine.Sizing;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A pooler is sized by what its file says; the server behind it is sized for it. */
final class PgBouncerSizing implements Sizing<PgBouncerSpec> {
    private final PgBouncerParameters parameters;

    PgBouncerSizing(PgBouncerParameters parameters) {
        this.parameters = parameters;
    }

    @Override
    public List<Setting> settings(Service<PgBouncerSpec> service) {
        PgBouncerSpec spec = service.settings();
        return List.of(
                parameters.setting("pool_mode", spec.mode().name().toLowerCase(Locale.ROOT)),
                parameters.setting("max_client_conn", Integer.toString(spec.clients())),
                parameters.setting("default_pool_size", Integer.toString(spec.servers())),
                parameters.setting("max_db_connections", Integer.toString(spec.servers())),
                parameters.setting("query_wait_timeout", seconds(spec.queryWait())),
                parameters.setting("server_idle_timeout", seconds(spec.serverIdle())));
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }
}
