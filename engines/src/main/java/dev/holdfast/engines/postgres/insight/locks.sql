-- Everyone who waits for a lock and everyone who is waited for, with the lock that each waiter wants.
WITH waiting AS MATERIALIZED (
  SELECT a.pid, array_remove(pg_blocking_pids(a.pid), a.pid) AS blockers
    FROM pg_stat_activity a
   WHERE a.wait_event_type = 'Lock'
), involved AS (
  SELECT pid FROM waiting UNION SELECT unnest(blockers) FROM waiting
)
SELECT a.pid, a.backend_start::text AS started, a.datname AS database, coalesce(a.usename, '') AS role,
       a.application_name AS application, coalesce(host(a.client_addr), 'local') AS client, a.state,
       a.backend_type AS kind,
       coalesce(w.blockers, '{}')::text[] AS blockers,
       left(a.query, 2000) AS query,
       extract(epoch FROM clock_timestamp() - a.xact_start) AS transaction_seconds,
       extract(epoch FROM clock_timestamp() - a.state_change) AS state_seconds,
       extract(epoch FROM clock_timestamp() - coalesce(l.waitstart, a.query_start)) AS waited_seconds,
       l.mode, l.locktype AS kind_of_lock, l.relation
  FROM involved i
  JOIN pg_stat_activity a USING (pid)
  LEFT JOIN waiting w USING (pid)
  LEFT JOIN LATERAL (
    SELECT k.mode, k.locktype, k.waitstart, k.relation::oid::bigint AS relation
      FROM pg_locks k
     WHERE k.pid = a.pid AND NOT k.granted
     LIMIT 1) l ON true
 ORDER BY a.pid
