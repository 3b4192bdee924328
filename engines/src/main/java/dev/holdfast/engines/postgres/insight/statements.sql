-- ${schema} is where the extension lives, already quoted. One row a statement of this database.
SELECT s.queryid::text AS id,
       s.query,
       pg_get_userbyid(s.userid) AS role,
       sum(s.calls)::bigint AS calls,
       sum(s.total_exec_time) AS total,
       sum(s.total_exec_time) / greatest(sum(s.calls), 1) AS mean,
       max(s.max_exec_time) AS slowest,
       max(s.stddev_exec_time) AS deviation,
       100 * sum(s.total_exec_time) / nullif(sum(sum(s.total_exec_time)) OVER (), 0) AS share,
       sum(s.rows) / greatest(sum(s.calls), 1)::float8 AS rows_per_call,
       100 * sum(s.shared_blks_hit)::float8 / nullif(sum(s.shared_blks_hit + s.shared_blks_read), 0) AS cache_hit,
       sum(s.shared_blks_read) * current_setting('block_size')::bigint AS read_bytes,
       (sum(s.temp_blks_written) * current_setting('block_size')::bigint)::bigint AS temp_bytes,
       min(s.stats_since)::text AS since,
       extract(epoch FROM now() - min(s.stats_since)) AS since_seconds
  FROM ${schema}.pg_stat_statements(true) s
 WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND s.userid <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
   AND s.calls > 0
   AND NOT pg_has_role(s.userid, 'pg_read_all_stats', 'MEMBER')
 GROUP BY s.queryid, s.query, s.userid
