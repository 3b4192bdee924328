# Streams a dump out of the repository: load PATH PROGRAM ARGUMENTS...
path=$1
shift
{ /usr/bin/pgbackrest --log-level-console=error repo-get "$path"; echo $? >/tmp/status; } | "$@"
loaded=$?
[ "$(cat /tmp/status)" = 0 ] && [ "$loaded" = 0 ]
