#!/bin/sh
# Starts a server that sentinels watch. Who is primary is asked of them at every start: the primary of yesterday may have
# been replaced while it was away, and started as a primary it would be a second one. Where no quorum of them agrees nobody
# knows, and nothing is started.
# usage: server.sh MEMBER SERVICE QUORUM SECONDS (keeps|yields)
# SECONDS is how long a failover that is due is waited for. A server that "yields" may have lost writes that its replicas
# have (no append-only file): where it was primary, one of those is to take its place before it is back.
set -eu
umask 077
member=$1
service=$2
quorum=$3
patience=$4
loss=$5

# Prints the primary that the sentinel at this address knows, as "host port", and whether it is being replaced.
ask() {
    printf 'SENTINEL GET-MASTER-ADDR-BY-NAME %s\nSENTINEL MASTER %s\n' "$service" "$service" |
        REDISCLI_AUTH=$(cat /secrets/sentinel) timeout 2 redis-cli --no-auth-warning \
            --tls --cacert /tls/ca.crt --user sentinel -h "$1" -p "$2" 2> /dev/null |
        awk 'NR == 1 { host = $1 } NR == 2 { port = $1 } key == "flags" { flags = $1 } { key = $1 }
            END { if (port ~ /^[0-9]+$/) print host, port, (flags ~ /o_down|failover_in_progress/ ? "leaving" : "stays") }'
}

votes() {
    while read -r kind _ host port; do
        if [ "$kind" = sentinel ]; then
            ask "$host" "$port" < /dev/null
        fi
    done < /config/peers
}

if [ "$loss" = yields ] && [ ! -f /data/redis.conf ]; then
    loss=keeps # it was never started before
fi
self=$(awk -v member="$member" '$2 == member { print $3, $4 }' /config/peers)
waited=0
while :; do
    # the address that a quorum names; "leaving" where one of those sees it go
    verdict=$(votes | awk -v quorum="$quorum" '
        { count[$1 " " $2]++; if ($3 == "leaving") leaving[$1 " " $2] = 1 }
        END { for (each in count) if (count[each] >= quorum) print each, (each in leaving ? "leaving" : "stays") }')
    primary=${verdict% *}
    if [ -n "$verdict" ]; then
        if [ "$primary" != "$self" ] || [ "${verdict##* }$loss" = stayskeeps ] || [ "$waited" -ge "$patience" ]; then
            break
        fi
        echo "waits: the sentinels are to replace this server as the primary of $service"
    elif [ "$waited" -ge 60 ]; then
        echo "not started: within 60 s no $quorum sentinels of $service agreed on who is primary" >&2
        exit 1
    fi
    sleep 1
    waited=$((waited + 1))
done

{
    echo 'include /config/redis.conf'
    echo 'include /config/replication.conf'
    if [ "$primary" != "$self" ]; then
        echo "replicaof $primary"
    fi
} > /data/redis.conf.new
# sentinels have the server write its configuration when they change who is primary; the file is made anew at each start
mv /data/redis.conf.new /data/redis.conf
exec redis-server /data/redis.conf
