# Streams a dump into the repository: dump PATH PROGRAM ARGUMENTS...
# What a dump that failed had stored is removed again; without its note nobody would take it for one anyway.
path=$1
shift
mkfifo /tmp/copy
/usr/bin/sha256sum </tmp/copy >/tmp/digest &
{ "$@"; echo $? >/tmp/status; } | tee /tmp/copy | /usr/bin/pgbackrest repo-put "$path"
stored=$?
wait
if [ "$(cat /tmp/status)" != 0 ] || [ "$stored" != 0 ]; then
    /usr/bin/pgbackrest repo-rm "$path"
    exit 1
fi
echo "digest $(cut -c1-64 /tmp/digest)"
/usr/bin/pgbackrest --output=json repo-ls "$path"
