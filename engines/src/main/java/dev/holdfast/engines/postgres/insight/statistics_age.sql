-- A server whose statistics were never reset has counted since it was made, which nobody wrote down; since its last start at
-- least is certain.
SELECT extract(epoch FROM now() - coalesce(d.stats_reset, pg_postmaster_start_time())) AS seconds,
       coalesce(d.stats_reset, pg_postmaster_start_time())::timestamp(0)::text AS since,
       d.stats_reset IS NOT NULL AS was_reset,
       pg_is_in_recovery() AS standby,
       (SELECT count(*) FROM pg_stat_replication) AS standbys
  FROM pg_stat_database d
 WHERE d.datname = current_database()
