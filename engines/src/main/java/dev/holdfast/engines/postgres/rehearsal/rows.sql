SELECT s.relid::bigint AS oid, s.n_tup_ins AS inserted, s.n_tup_upd AS updated, s.n_tup_del AS deleted,
       s.schemaname || '.' || s.relname AS name
  FROM pg_stat_all_tables s
 WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'holdfast', 'holdfast_series')
