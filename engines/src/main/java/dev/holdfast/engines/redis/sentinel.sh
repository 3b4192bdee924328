#!/bin/sh
# Starts a sentinel. What sentinels have agreed upon lives in /data/sentinel.conf, which they write themselves; settings
# come from /config. Both are put together at each start. Where members have other addresses than when it was written (new
# ports, a branch of the stack) their new ones are put in, and those that are no members are left out.
set -eu
umask 077
state=/data/sentinel.conf
touch "$state"
if [ ! -f /data/peers ]; then
    cp /config/peers /data/peers
fi
# Parts of what a sentinel wrote: those that stand before, at and after the line that names the primary. Who follows that is
# known without asking: a sentinel that heard of a replica only from its primary would not have heard of it in time.
part() {
    awk -v part="$1" -v quorum="$2" '
        FILENAME == "/data/peers" { name[$3 " " $4] = $2; next }
        FILENAME == "/config/peers" { place[$2] = $3 " " $4; next }
        $1 != "sentinel" { next }
        part == "first" && ($2 == "myid" || $2 == "current-epoch") { print }
        $2 == "monitor" || $2 == "known-sentinel" {
            at = name[$4 " " $5]
            if (at == "" || !(at in place)) next
            if (part == "monitor" && $2 == "monitor") print $1, $2, $3, place[at], quorum
            if (part == "last" && $2 != "monitor") print $1, $2, $3, place[at], $6
            next
        }
        part == "last" && ($2 == "config-epoch" || $2 == "leader-epoch") { print }
    ' /data/peers /config/peers "$state"
}
{
    cat /config/sentinel.conf /config/login.conf
    part first 0
    primary=$(part monitor "$1")
    primary=${primary:-$(cat /config/monitor.conf)}
    echo "$primary"
    cat /config/primary.conf
    echo "$primary" | awk '
        NR == FNR { service = $3; primary = $4 " " $5; next }
        $1 == "server" && $3 " " $4 != primary { print "sentinel known-replica", service, $3, $4 }
    ' - /config/peers
    part last 0
} > "$state.new"
mv "$state.new" "$state"
cp /config/peers /data/peers.new
mv /data/peers.new /data/peers
exec redis-server "$state" --sentinel
