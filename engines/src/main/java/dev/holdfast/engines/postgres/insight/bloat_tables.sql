-- The size a table would have if its rows, as wide as the statistics say, stood densely; and what it has. 24 bytes of head,
-- rows begin on multiples of 8, each has a line pointer of 4, a page a head of 24.
SELECT n.nspname AS schema, c.relname AS name, pg_relation_size(c.oid) AS bytes,
       c.reltuples::bigint AS rows, st.n_dead_tup AS dead,
       extract(epoch FROM now() - greatest(st.last_vacuum, st.last_autovacuum)) AS vacuumed_seconds,
       (ceil(c.reltuples * (w.width + 4) / ((bs.size - 24) * bs.fill / 100.0)) * bs.size)::bigint AS needed,
       st.n_live_tup AS live
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_stat_all_tables st ON st.relid = c.oid
 CROSS JOIN LATERAL (
       SELECT current_setting('block_size')::bigint AS size,
              coalesce((SELECT substr(o, 12)::int FROM unnest(c.reloptions) o WHERE o LIKE 'fillfactor=%'), 100) AS fill) AS bs
 CROSS JOIN LATERAL (
       SELECT count(*) AS columns, count(s.attname) AS known,
              ceil((24 + CASE WHEN bool_or(s.null_frac > 0) THEN ceil(count(*) / 8.0) ELSE 0 END
                    + coalesce(sum((1 - s.null_frac) * s.avg_width), 0)) / 8.0) * 8 AS width
         FROM pg_attribute a
         LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
                             AND NOT s.inherited
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS w
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.reltuples > 0 AND w.known = w.columns
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
 ORDER BY 3 DESC
