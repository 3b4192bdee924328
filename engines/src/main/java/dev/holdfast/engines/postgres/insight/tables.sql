-- Every table of somebody's: one row for a partitioned one with the figures of its parts added up; its own, which ANALYZE
-- writes, are those of all parts once more.
WITH root AS (
  SELECT c.oid, c.relname, n.nspname, c.relkind, c.relrowsecurity
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND c.relpersistence <> 't'
     AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
     AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
)
SELECT root.oid::bigint AS oid, root.nspname AS schema, root.relname AS name, root.relkind = 'p' AS partitioned,
       sums.*
  FROM root
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(greatest(part.reltuples, 0)) FILTER (WHERE part.relkind <> 'p'), 0)::bigint AS rows,
              coalesce(sum(part.relpages) FILTER (WHERE part.relkind <> 'p'), 0)::bigint AS pages,
              count(*) FILTER (WHERE part.relkind = 'r') AS leaves,
              count(*) FILTER (WHERE part.relkind = 'p' AND part.oid <> root.oid) > 0 AS nested,
              coalesce(sum(pg_relation_size(part.oid, 'main')), 0)::bigint AS heap_bytes,
              coalesce(sum(CASE WHEN part.reltoastrelid <> 0 THEN pg_total_relation_size(part.reltoastrelid) END), 0)::bigint
                  AS toast_bytes,
              coalesce(sum(pg_indexes_size(part.oid)), 0)::bigint AS index_bytes,
              coalesce(sum(pg_total_relation_size(part.oid)), 0)::bigint AS total_bytes,
              coalesce(sum(st.seq_scan), 0)::bigint AS seq_scans,
              coalesce(sum(st.seq_tup_read), 0)::bigint AS seq_rows,
              coalesce(sum(st.n_live_tup) FILTER (WHERE part.relkind <> 'p'), 0)::bigint AS live,
              coalesce(sum(st.n_dead_tup) FILTER (WHERE part.relkind <> 'p'), 0)::bigint AS dead,
              array_agg(format('%I.%I', pn.nspname, part.relname) ORDER BY part.relname)
                FILTER (WHERE part.relkind <> 'p') AS parts
         FROM (SELECT root.oid AS relid UNION SELECT p.relid FROM pg_partition_tree(root.oid) p) AS tree
         JOIN pg_class part ON part.oid = tree.relid
         JOIN pg_namespace pn ON pn.oid = part.relnamespace
         LEFT JOIN pg_stat_all_tables st ON st.relid = part.oid) AS sums
 ORDER BY sums.total_bytes DESC, root.nspname, root.relname
