SELECT n.nspname, c.relname, c.relkind::text AS kind, pg_get_userbyid(c.relowner) AS owner,
       coalesce(part.partstrat::text, '') AS strategy,
       coalesce(part.partnatts = 1 AND part.partattrs[0] = a.attnum, false) AS by_time,
       coalesce(part.partdefid, 0) <> 0 AS guarded,
       coalesce(format_type(a.atttypid, NULL), '') AS type, coalesce(a.attnotnull, false) AS filled,
       c.relrowsecurity AS secured,
       (SELECT count(*) FROM (SELECT c.oid AS relid UNION SELECT p.relid FROM pg_partition_tree(c.oid) p) tree
         WHERE 4 > (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = tree.relid AND t.tgname ~ '^zz_holdfast_series_' AND t.tgenabled IN ('A', 'O'))) AS open_doors
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN unnest(?::text[], ?::text[], ?::text[]) AS d (s, t, k) ON d.s = n.nspname AND d.t = c.relname
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = d.k AND NOT a.attisdropped
  LEFT JOIN pg_partitioned_table part ON part.partrelid = c.oid
 WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
 ORDER BY 1, 2
