package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.stack.Service;

/** The database that was meant, and its tenancy as the database itself knows it. */
record Found(Service<PostgresSpec> service, String database, Tenants tenants, long count) {
    String where() {
        return service.name() + "/" + database;
    }
}
