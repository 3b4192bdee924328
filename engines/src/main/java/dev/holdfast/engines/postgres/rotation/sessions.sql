SELECT count(*) FROM pg_catalog.pg_stat_activity
 WHERE usename = ANY (?) AND backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()
