-- tables with columns that were dropped: their values stay in the file until it is written anew
SELECT DISTINCT c.oid::bigint AS relation, n.nspname, c.relname, c.relkind::text AS kind
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attisdropped
 WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND NOT c.oid = ANY (?::oid[])
 ORDER BY 2, 3
