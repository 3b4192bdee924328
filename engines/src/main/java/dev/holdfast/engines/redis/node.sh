#!/bin/sh
# Starts a member of a cluster. Who has which slots lives in /data/nodes.conf, which the cluster writes itself. Where members
# have other addresses than when it was written (new ports, a branch of the stack) their new ones are put in, and those that
# are no members are left out.
# usage: node.sh SECONDS
# Without an append-only file it may have lost writes that its replica has: where it was primary it stays away for SECONDS,
# until that has taken its place.
set -eu
umask 077
if [ -f /data/nodes.conf ] && [ -f /data/peers ] && [ "$(cat /data/peers)" != "$(cat /config/peers)" ]; then
    awk '
        FILENAME == "/data/peers" { name[$3 "@" $5] = $2; next }
        FILENAME == "/config/peers" { host[$2] = $3; port[$2] = $4; bus[$2] = $5; next }
        $1 == "vars" { print; next }
        {
            # 127.0.0.1:0@16379,,tls-port=6379,shard-id=...: without TLS the first port would be the one for clients
            rest = index($2, ",") ? substr($2, index($2, ",")) : ""
            address = substr($2, 1, length($2) - length(rest))
            split(address, at, /[:@]/)
            member = name[at[1] "@" at[3]]
            if (member == "" || !(member in host)) next
            sub(/tls-port=[0-9]+/, "tls-port=" port[member], rest)
            $2 = host[member] ":" (at[2] == "0" ? 0 : port[member]) "@" bus[member] rest
            print
        }
    ' /data/peers /config/peers /data/nodes.conf > /data/nodes.conf.new
    if ! awk '$3 ~ /myself/ { found = 1 } END { exit !found }' /data/nodes.conf.new; then
        echo "not started: /data/nodes.conf does not name this member under the address it had" >&2
        exit 1
    fi
    mv /data/nodes.conf.new /data/nodes.conf
fi
if [ "$1" -gt 0 ] && [ -f /data/nodes.conf ] && awk '/myself,master/ { found = 1 } END { exit !found }' /data/nodes.conf; then
    echo "waits $1 s for a replica to take its place"
    sleep "$1"
fi
cp /config/peers /data/peers.new
mv /data/peers.new /data/peers
{
    echo 'include /config/redis.conf'
    echo 'include /config/replication.conf'
} > /data/redis.conf
exec redis-server /data/redis.conf
