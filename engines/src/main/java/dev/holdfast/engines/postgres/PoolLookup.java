package dev.holdfast.engines.postgres;

import dev.holdfast.engines.Beside;

/**
 * The function a pooler asks for a role's verifier ({@code auth_query}). It answers with nothing for superusers and for
 * roles that cannot log in, and only the pooler's own role may call it.
 */
final class PoolLookup {
    static final String SQL = Beside.text(PoolLookup.class, "pool_lookup.sql").strip();

    /** What stands between the quotes of the function, as {@code pg_proc.prosrc} has it. */
    static final String BODY = SQL.split("\\$lookup\\$", -1)[1];

    private PoolLookup() {}
}
