-- materialized views that hold rows, those first that others read
WITH RECURSIVE reads AS (
  SELECT DISTINCT r.ev_class AS reader, d.refobjid AS source
    FROM pg_rewrite r
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
   WHERE d.refobjid <> r.ev_class
), depth AS (
  SELECT c.oid, 0 AS level FROM pg_class c WHERE c.relkind IN ('v', 'm')
  UNION
  SELECT reads.reader, depth.level + 1 FROM reads JOIN depth ON depth.oid = reads.source WHERE depth.level < 100
)
SELECT n.nspname, c.relname, c.oid::bigint AS relation, max(depth.level) AS level
  FROM depth
  JOIN pg_class c ON c.oid = depth.oid AND c.relkind = 'm' AND c.relispopulated
  JOIN pg_namespace n ON n.oid = c.relnamespace
 GROUP BY 1, 2, 3
 ORDER BY 4, 1, 2
