package dev.holdfast.engines.postgres.rehearsal;

/**
 * A relation that was there before the rehearsal.
 *
 * @param kind as {@code pg_class.relkind} has it
 * @param table the oid of the table it belongs to, its own where it is none's
 * @param storage the file it is in; another one means that it was written anew or emptied
 */
record Relation(long oid, String name, char kind, long table, long storage, long bytes) {
    boolean isIndex() {
        return kind == 'i' || kind == 'I';
    }

    boolean isToast() {
        return kind == 't';
    }
}
