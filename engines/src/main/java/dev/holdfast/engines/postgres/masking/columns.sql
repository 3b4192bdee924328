WITH RECURSIVE kinds AS (
  SELECT t.oid, t.typbasetype AS below, t.typcategory, t.typname, t.typtypmod AS mod, t.typnotnull AS required
    FROM pg_type t
  UNION ALL
  SELECT k.oid, t.typbasetype, t.typcategory, t.typname, greatest(k.mod, t.typtypmod), k.required OR t.typnotnull
    FROM kinds k JOIN pg_type t ON t.oid = k.below
   WHERE k.below <> 0
), bases AS (
  SELECT * FROM kinds WHERE below = 0
)
SELECT n.nspname, c.relname, c.oid::bigint AS relation, c.relkind::text AS kind,
       coalesce(p.names[1], '') AS parent, coalesce(p.ids, '{}') AS parents, c.relispartition AS is_partition,
       a.attinhcount > 0 AS inherited,
       a.attname, a.attnum, a.attnotnull OR b.required AS required, a.attgenerated <> '' AS generated,
       a.attidentity = 'a' AS identity, format_type(a.atttypid, a.atttypmod) AS type,
       b.typcategory::text AS category, b.typname AS base, greatest(a.atttypmod, b.mod) AS mod,
       EXISTS (SELECT FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = a.attnum
                  AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.refobjsubid = 0
                  AND d.deptype = 'i') AS divides
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN bases b ON b.oid = a.atttypid
  LEFT JOIN LATERAL (SELECT array_agg(u.relname::text ORDER BY i.inhseqno) AS names, array_agg(u.oid::int8) AS ids
                       FROM pg_inherits i JOIN pg_class u ON u.oid = i.inhparent
                      WHERE i.inhrelid = c.oid) p ON true
 WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'holdfast', 'holdfast_series')
   AND n.nspname NOT LIKE 'pg\_toast%' AND n.nspname NOT LIKE 'pg\_temp\_%' AND n.nspname NOT LIKE '\_timescaledb\_%'
   AND NOT EXISTS (SELECT FROM pg_depend e
                    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
 ORDER BY n.nspname, c.relname, a.attnum
