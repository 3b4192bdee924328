SELECT t.name, t.retention IS NOT NULL AS drops, coalesce(extract(epoch FROM now() - t.kept_at), -1)::bigint AS kept, coalesce(t.trouble, '') AS trouble,
       coalesce(s.chunks, 0) AS chunks, coalesce(s.bytes, 0)::bigint AS bytes, coalesce(s.largest, 0)::bigint AS largest,
       coalesce((SELECT c.reltuples FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partdefid WHERE p.partrelid = to_regclass(t.relation)), 0)::bigint AS strays,
       coalesce((SELECT pg_table_size(p.partdefid) FROM pg_partitioned_table p WHERE p.partrelid = to_regclass(t.relation) AND p.partdefid <> 0), 0)::bigint AS stray_bytes
  FROM holdfast_series.tables t
  LEFT JOIN LATERAL (
    SELECT count(*) AS chunks, sum(o.bytes) AS bytes, max(o.bytes) AS largest FROM (
      SELECT (SELECT sum(pg_total_relation_size(x.relid)) FROM (SELECT c.chunk AS relid UNION SELECT p.relid FROM pg_partition_tree(c.chunk) p) x) AS bytes
        FROM holdfast_series.chunks(to_regclass(t.relation)) c) o) s ON true
 ORDER BY 1
