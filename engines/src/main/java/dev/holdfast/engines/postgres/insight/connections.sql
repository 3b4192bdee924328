SELECT coalesce(a.datname, '') AS database, coalesce(a.usename, '') AS role, a.application_name AS application,
       coalesce(a.state, '') AS state, count(*) AS sessions,
       count(DISTINCT a.client_addr) AS clients,
       extract(epoch FROM clock_timestamp() - min(a.xact_start)) AS transaction_seconds,
       extract(epoch FROM clock_timestamp() - min(a.state_change)) AS state_seconds
  FROM pg_stat_activity a
 WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
 GROUP BY 1, 2, 3, 4
 ORDER BY count(*) DESC, 1, 2, 3, 4
