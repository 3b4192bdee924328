-- Every index of every table of somebody's, with all that makes two of them alike. Of a partitioned one the figures of its
-- parts are added up, and the parts themselves are left out: they cannot be dropped alone.
SELECT i.indexrelid::bigint AS oid, i.indrelid::bigint AS table_oid,
       n.nspname AS schema, c.relname AS name, t.relname AS table_name,
       am.amname AS method,
       c.relkind = 'I' AS partitioned,
       i.indisunique AS is_unique, i.indisprimary AS is_primary, i.indisreplident AS is_identity,
       i.indisvalid AND i.indisready AND i.indislive AS is_valid,
       con.conname IS NOT NULL OR i.indisexclusion AS is_constraint,
       i.indnullsnotdistinct AS nulls_alike,
       (SELECT array_agg(format('%s|%s|%s|%s', pg_get_indexdef(i.indexrelid, k.place::int, true),
                                i.indclass[k.place - 1], i.indcollation[k.place - 1], i.indoption[k.place - 1])
                         ORDER BY k.place)
          FROM generate_series(1, i.indnkeyatts) AS k (place)) AS keys,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum)
          FROM generate_series(i.indnkeyatts + 1, i.indnatts) AS k (place)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.place - 1]) AS included,
       (SELECT array_agg(coalesce(a.attname::text, '') ORDER BY k.place)
          FROM generate_series(1, i.indnkeyatts) AS k (place)
          LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.place - 1]) AS columns,
       pg_get_expr(i.indpred, i.indrelid, true) AS predicate,
       pg_get_indexdef(i.indexrelid) AS definition,
       s.bytes, s.scans, s.last_scan_seconds,
       greatest(t.reltuples, 0)::bigint AS rows,
       w.writes,
       EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) AS is_being_built
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_am am ON am.oid = c.relam
  LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x')
 CROSS JOIN LATERAL (
       SELECT sum(pg_relation_size(tree.relid))::bigint AS bytes,
              sum(coalesce(st.idx_scan, 0))::bigint AS scans,
              extract(epoch FROM now() - max(st.last_idx_scan)) AS last_scan_seconds
         FROM (SELECT i.indexrelid AS relid UNION SELECT p.relid FROM pg_partition_tree(i.indexrelid) p) AS tree
         LEFT JOIN pg_stat_all_indexes st ON st.indexrelid = tree.relid) AS s
 CROSS JOIN LATERAL (
       SELECT sum(coalesce(st.n_tup_ins + st.n_tup_del + st.n_tup_upd - st.n_tup_hot_upd, 0))::bigint AS writes
         FROM (SELECT i.indrelid AS relid UNION SELECT p.relid FROM pg_partition_tree(i.indrelid) p) AS tree
         LEFT JOIN pg_stat_all_tables st ON st.relid = tree.relid) AS w
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
   AND t.relpersistence <> 't'
   AND (NOT c.relispartition OR NOT i.indisvalid)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.deptype = 'e')
 ORDER BY n.nspname, t.relname, c.relname
