-- What keeps dead rows from being removed: the oldest view of each kind, in transactions.
SELECT 'session' AS kind, a.pid::text AS name, a.backend_start::text AS started, a.pid,
       coalesce(a.usename, a.backend_type) AS role, coalesce(a.datname, '') AS database,
       greatest(age(a.backend_xmin), age(a.backend_xid)) AS holds,
       extract(epoch FROM clock_timestamp() - a.xact_start) AS seconds, a.state, left(a.query, 500) AS query
  FROM pg_stat_activity a
 WHERE (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL) AND a.pid <> pg_backend_pid()
   AND a.backend_type = 'client backend'
   AND a.xact_start < clock_timestamp() - interval '1 second' * ?
UNION ALL
SELECT 'prepared', gid, NULL, NULL, owner, database, age(transaction),
       extract(epoch FROM clock_timestamp() - prepared), 'prepared', gid
  FROM pg_prepared_xacts
UNION ALL
SELECT 'slot', slot_name, NULL, NULL, slot_type, coalesce(database, ''), greatest(age(xmin), age(catalog_xmin)),
       NULL, CASE WHEN active THEN 'active' ELSE 'inactive' END, coalesce(plugin, '')
  FROM pg_replication_slots
 WHERE xmin IS NOT NULL OR catalog_xmin IS NOT NULL
 ORDER BY holds DESC NULLS LAST
