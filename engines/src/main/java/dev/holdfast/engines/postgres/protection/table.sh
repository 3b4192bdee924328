# Copies one schema out of the server beside which this runs into the source: table DATABASE SCHEMA PG_DUMP PSQL
# The authority of the source is the one that the repository is trusted by.
{ "$3" --dbname="$1" --schema="$2" --no-owner --no-privileges; echo $? >/tmp/status; } |
    PGHOST=$SOURCE_HOST PGPORT=$SOURCE_PORT PGUSER=$SOURCE_USER PGPASSWORD=$SOURCE_PASSWORD PGSSLROOTCERT=/tmp/authority.crt \
        "$4" -X --quiet --set=ON_ERROR_STOP=1 --single-transaction --dbname="$1" --output=/dev/null
loaded=$?
[ "$(cat /tmp/status)" = 0 ] && [ "$loaded" = 0 ]
