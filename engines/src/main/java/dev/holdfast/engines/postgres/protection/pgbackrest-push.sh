# Archives one file of the write-ahead log: pgbackrest-push.sh STANZA PATH.
# What went wrong the last time stays where the server can read it, so that a probe tells the cause and not only the fact.
said=$(/usr/bin/pgbackrest --config=/config/pgbackrest.conf --stanza="$1" --log-level-console=warn archive-push "$2" 2>&1) && {
    rm -f /tmp/archive.error
    exit 0
}
status=$?
printf '%s\n' "$said" >/tmp/archive.error
printf '%s\n' "$said" >&2
exit "$status"
