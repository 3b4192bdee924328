-- Sessions that hold a transaction open and do nothing.
SELECT a.pid, a.backend_start::text AS started, coalesce(a.datname, '') AS database, coalesce(a.usename, '') AS role,
       a.application_name AS application, a.state, left(a.query, 500) AS query,
       extract(epoch FROM clock_timestamp() - a.state_change) AS state_seconds,
       extract(epoch FROM clock_timestamp() - a.xact_start) AS transaction_seconds,
       age(a.backend_xmin) AS holds
  FROM pg_stat_activity a
 WHERE a.state LIKE 'idle in transaction%' AND a.pid <> pg_backend_pid()
   AND a.state_change < clock_timestamp() - interval '1 second' * ?
 ORDER BY a.state_change
