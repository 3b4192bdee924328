-- Partitioned tables: nothing analyses them by itself, and their statistics are what a plan over several parts begins with.
SELECT n.nspname AS schema, c.relname AS name,
       extract(epoch FROM now() - st.last_analyze) AS analyzed_seconds,
       (SELECT coalesce(sum(p.n_live_tup), 0)::bigint
          FROM pg_stat_all_tables p
         WHERE p.relid IN (SELECT t.relid FROM pg_partition_tree(c.oid) t WHERE t.isleaf)) AS live
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_stat_all_tables st ON st.relid = c.oid
 WHERE c.relkind = 'p' AND NOT c.relispartition
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
