SELECT b.pid, b.usename, b.application_name, b.state, extract(epoch FROM clock_timestamp() - b.xact_start)::bigint AS seconds,
       (SELECT l.relation::regclass::text FROM pg_locks l WHERE l.pid = mine.pid AND NOT l.granted AND l.relation IS NOT NULL LIMIT 1) AS relation
  FROM unnest(?::int[]) AS mine (pid)
 CROSS JOIN LATERAL unnest(pg_blocking_pids(mine.pid)) AS one (pid)
  JOIN pg_stat_activity b ON b.pid = one.pid
 LIMIT 1
