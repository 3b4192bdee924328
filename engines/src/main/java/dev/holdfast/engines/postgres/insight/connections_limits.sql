SELECT 'server' AS kind, '' AS name,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
         - current_setting('reserved_connections')::int AS allowed,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS taken
UNION ALL
SELECT 'role', r.rolname, r.rolconnlimit,
       (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid AND a.backend_type = 'client backend')
  FROM pg_roles r
 WHERE r.rolconnlimit > 0
UNION ALL
SELECT 'database', d.datname, d.datconnlimit,
       (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid AND a.backend_type = 'client backend')
  FROM pg_database d
 WHERE d.datconnlimit > 0
