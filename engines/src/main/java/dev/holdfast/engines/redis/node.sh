#!/bin/sh
# Starts a member of a cluster. Who has which slots lives in /data/nodes.conf, which the cluster writes itself. Where members
# have other addresses than when it was written (new ports, a branch of the stack) their new ones are put in, and those that
# are no members are left out.
# usage: node.sh SECONDS
# Without an append-only file it may have lost writes that its replica has: where it was primary it stays away for SECONDS,
# until that has taken its place.
set -eu
umask 077
if [ -f /data/nodes.conf ] && [ -f /data/peers ]; then
    awk '
        FILENAME == "/data/peers" { name[$3 ":" $4 "@" $5] = $2; next }
        FILENAME == "/config/peers" { place[$2] = $3 ":" $4 "@" $5; next }
        $1 == "vars" { print; next }
        {
            address = $2
            sub(/,.*/, "", address)
            at = name[address]
            if (at == "" || !(at in place)) next
            $2 = place[at] substr($2, length(address) + 1)
            print
        }
    ' /data/peers /config/peers /data/nodes.conf > /data/nodes.conf.new
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
