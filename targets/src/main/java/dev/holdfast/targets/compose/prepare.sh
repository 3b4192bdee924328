#!/bin/sh
# Runs to its end before a member starts. Compose shows a secret's file with the mode and owner it has on the host, which
# the member's user may not read; so the files are copied here into volumes that belong to that user alone.
# usage: prepare.sh USER:GROUP [FOLDER...]    the folders are made below /data
set -eu
umask 077
user=$1
shift
for folder in config first secrets tls; do
    if [ -d "/out/$folder" ]; then
        rm -rf "/out/$folder"/*
        for source in "/plain/$folder"/* "/in/$folder"/*; do
            if [ -f "$source" ]; then
                cp "$source" "/out/$folder/"
            fi
        done
    fi
done
if [ -f /out/tls/server.p12.pem ]; then
    sed '/^-----/d' /out/tls/server.p12.pem | base64 -d > /out/tls/server.p12
    rm /out/tls/server.p12.pem
fi
for folder in config first secrets tls; do
    if [ -d "/out/$folder" ]; then
        for file in "/out/$folder"/*; do
            if [ -f "$file" ]; then
                chmod 0400 "$file"
                chown "$user" "$file"
            fi
        done
        chmod 0700 "/out/$folder"
        chown "$user" "/out/$folder"
    fi
done
if [ -d /data ]; then
    for folder in "$@"; do
        if [ ! -d "/data/$folder" ]; then
            mkdir "/data/$folder"
            chown "$user" "/data/$folder"
        fi
    done
    for source in /in/data/*; do
        name=${source##*/}
        if [ -f "$source" ] && [ ! -e "/data/$name" ]; then
            cp "$source" "/data/.$name.new"
            chown "$user" "/data/.$name.new"
            mv "/data/.$name.new" "/data/$name"
        fi
    done
    chmod 0700 /data
    chown "$user" /data
fi
