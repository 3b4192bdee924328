# Streams a dump out of the repository: load PATH DIGEST PROGRAM ARGUMENTS...
# Where it could not be loaded, it is read once more: whether it is what was written is the first thing to know then.
path=$1
digest=$2
shift 2
stored() {
    /usr/bin/pgbackrest --log-level-console=error repo-get "$path"
    echo $? >/tmp/status
}
mkfifo /tmp/copy
/usr/bin/sha256sum </tmp/copy >/tmp/digest &
stored | tee /tmp/copy | "$@"
loaded=$?
wait
[ "$loaded" = 0 ] || stored | /usr/bin/sha256sum >/tmp/digest
[ "$(cat /tmp/status)" = 0 ] || exit 1
case $digest in
"" | "$(cut -c1-64 /tmp/digest)") ;;
*)
    echo "the digest of what is stored differs from that of what was written" >&2
    exit 1
    ;;
esac
[ "$loaded" = 0 ]
