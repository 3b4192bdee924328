# The digest of a file of the repository: digest PATH
{ /usr/bin/pgbackrest --log-level-console=error repo-get "$1"; echo $? >/tmp/status; } | /usr/bin/sha256sum >/tmp/digest
[ "$(cat /tmp/status)" = 0 ] || exit 1
echo "digest $(cut -c1-64 /tmp/digest)"
