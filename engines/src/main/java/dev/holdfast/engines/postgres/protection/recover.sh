# Replays to the target by running what is given as arguments, with our standard input as its own.
# Where no commit follows the moment that was asked for, PostgreSQL ends without reaching it; everything that was archived
# by then, and it was seen beforehand that this goes past the moment, is then the state of that moment.
text=$(cat; echo .)
text=${text%.}
run() {
    { printf '%s' "$text" | "$@" 2>&1; echo $? >/tmp/status; } | tee /tmp/said
    status=$(cat /tmp/status)
}
run "$@"
if [ "$status" != 0 ]; then
    case $(cat /tmp/said /data/postgresql.auto.conf) in
    *"recovery ended before configured recovery target was reached"*"recovery_target_time ="*)
        while IFS= read -r line; do
            case $line in
            "recovery_target_timeline"*) printf '%s\n' "$line" ;;
            "recovery_target"*) ;;
            *) printf '%s\n' "$line" ;;
            esac
        done </data/postgresql.auto.conf >/tmp/auto.conf
        cat /tmp/auto.conf >/data/postgresql.auto.conf
        run "$@"
        ;;
    esac
fi
[ "$status" = 0 ] || exit "$status"
# the settings of the recovery must not come back with the next one
: >/data/postgresql.auto.conf
# the server that takes the source's place archives on from here, and must archive how its timeline came to be
for history in /data/pg_wal/*.history; do
    [ -e "$history" ] && : >"/data/pg_wal/archive_status/${history##*/}.ready"
done
exit 0
