# Streams a database of somebody else's server into one of ours: bring RESTORE OWNER DUMP ARGUMENTS...
# What the dump refuses ends it; what the target refuses is told, line by line, and the rest goes on.
restore=$1
owner=$2
shift 2
cat >/tmp/source.crt
{
    PGHOST=$SOURCE_PGHOST PGPORT=$SOURCE_PGPORT PGUSER=$SOURCE_PGUSER PGPASSWORD=$SOURCE_PGPASSWORD \
        PGDATABASE=$SOURCE_PGDATABASE PGSSLMODE=$SOURCE_PGSSLMODE PGSSLROOTCERT=$SOURCE_PGSSLROOTCERT \
        PGAPPNAME=holdfast_copy PGCONNECT_TIMEOUT=10 PGOPTIONS='-c statement_timeout=0 -c lock_timeout=10s' "$@"
    echo $? >/tmp/status
} | PGHOST=$TARGET_PGHOST PGPORT=$TARGET_PGPORT PGUSER=$TARGET_PGUSER PGPASSWORD=$TARGET_PGPASSWORD \
    PGSSLMODE=$TARGET_PGSSLMODE PGSSLROOTCERT=$TARGET_PGSSLROOTCERT \
    PGAPPNAME=holdfast PGOPTIONS='-c event_triggers=off' \
    "$restore" --dbname="$TARGET_PGDATABASE" --role="$owner" --no-owner --no-privileges --no-comments
[ "$(cat /tmp/status)" = 0 ]
