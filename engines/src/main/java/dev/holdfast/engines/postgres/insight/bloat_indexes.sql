-- The same for trees. A key has 8 bytes of head and a line pointer of 4, a page a head of 24 and 16 of its own, and is filled
-- to nine tenths. Keys that come often are stored once, which the statistics do not tell: such a tree looks better than it is.
SELECT n.nspname AS schema, c.relname AS name, t.relname AS table_name, pg_relation_size(c.oid) AS bytes,
       c.reltuples::bigint AS rows,
       ((1 + ceil(c.reltuples * (w.width + 4) / ((bs.size - 40) * bs.fill / 100.0))) * bs.size)::bigint AS needed
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_am am ON am.oid = c.relam
 CROSS JOIN LATERAL (
       SELECT current_setting('block_size')::bigint AS size,
              coalesce((SELECT substr(o, 12)::int FROM unnest(c.reloptions) o WHERE o LIKE 'fillfactor=%'), 90) AS fill) AS bs
 CROSS JOIN LATERAL (
       SELECT count(*) AS columns, count(s.attname) AS known,
              ceil((8 + CASE WHEN bool_or(s.null_frac > 0) THEN 8 ELSE 0 END
                    + coalesce(sum((1 - s.null_frac) * s.avg_width), 0)) / 8.0) * 8 AS width
         FROM pg_attribute a
         LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND NOT s.inherited
              AND (s.tablename = t.relname AND s.attname = pg_get_indexdef(i.indexrelid, a.attnum, true)
                   OR s.tablename = c.relname AND s.attname = a.attname)
        WHERE a.attrelid = c.oid AND a.attnum > 0) AS w
 WHERE am.amname = 'btree' AND c.relkind = 'i' AND i.indisvalid AND c.relpersistence <> 't'
   AND c.reltuples > 0 AND w.known = w.columns
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
 ORDER BY 4 DESC
