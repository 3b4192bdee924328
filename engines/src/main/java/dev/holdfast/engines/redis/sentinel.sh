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
# parts of what a sentinel wrote: those that stand before, at and after the line that names the primary
part() {
    awk -v part="$1" -v quorum="$2" '
        FILENAME == "/data/peers" { name[$3 " " $4] = $2; next }
        FILENAME == "/config/peers" { place[$2] = $3 " " $4; next }
        $1 != "sentinel" { next }
        part == "first" && ($2 == "myid" || $2 == "current-epoch") { print }
        $2 == "monitor" || $2 ~ /^known-(replica|sentinel)$/ {
            at = name[$4 " " $5]
            if (at == "" || !(at in place)) next
            if (part == "monitor" && $2 == "monitor") print $1, $2, $3, place[at], quorum
            if (part == "last" && $2 != "monitor") print $1, $2, $3, place[at] ($6 == "" ? "" : " " $6)
            next
        }
        part == "last" && ($2 == "config-epoch" || $2 == "leader-epoch") { print }
    ' /data/peers /config/peers "$state"
}
{
    cat /config/sentinel.conf /config/login.conf
    part first 0
    primary=$(part monitor "$1")
    if [ -n "$primary" ]; then
        echo "$primary"
    else
        cat /config/monitor.conf
    fi
    cat /config/primary.conf
    part last 0
} > "$state.new"
mv "$state.new" "$state"
cp /config/peers /data/peers.new
mv /data/peers.new /data/peers
exec redis-server "$state" --sentinel
