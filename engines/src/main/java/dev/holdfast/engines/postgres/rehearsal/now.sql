-- The end of the log, and what one session holds. One row at least.
SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS log, l.relation::bigint AS oid, l.mode
  FROM (SELECT 1) one
  LEFT JOIN pg_lock_status() l
    ON l.pid = ? AND l.granted AND l.locktype = 'relation' AND l.relation >= 16384
