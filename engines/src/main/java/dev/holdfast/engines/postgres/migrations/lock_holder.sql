-- whoever runs migrations in this database: Holdfast's own lock, or the one that Flyway takes wherever it runs
SELECT a.pid, a.usename, a.application_name, a.client_addr::text, a.backend_start
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND ((l.classid::bigint << 32) | l.objid::bigint) = ANY (?) AND l.objsubid = 1 AND l.pid <> pg_backend_pid()
 LIMIT 1
