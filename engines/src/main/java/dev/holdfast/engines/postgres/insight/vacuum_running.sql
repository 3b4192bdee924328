SELECT p.pid, p.datname AS database, p.relid::bigint AS relation, p.phase,
       100.0 * p.heap_blks_scanned / nullif(p.heap_blks_total, 0) AS done,
       extract(epoch FROM clock_timestamp() - a.xact_start) AS seconds,
       a.backend_type = 'autovacuum worker' AS automatic, left(a.query, 200) AS query
  FROM pg_stat_progress_vacuum p
  JOIN pg_stat_activity a USING (pid)
