-- Each table that holds rows, with the thresholds at which the server would act by itself, its own settings counted.
SELECT n.nspname AS schema, c.relname AS name,
       st.n_live_tup AS live, st.n_dead_tup AS dead, st.n_mod_since_analyze AS changed,
       extract(epoch FROM now() - greatest(st.last_vacuum, st.last_autovacuum)) AS vacuumed_seconds,
       extract(epoch FROM now() - greatest(st.last_analyze, st.last_autoanalyze)) AS analyzed_seconds,
       coalesce(o.vacuum_threshold, current_setting('autovacuum_vacuum_threshold')::float8)
         + coalesce(o.vacuum_scale, current_setting('autovacuum_vacuum_scale_factor')::float8) * greatest(c.reltuples, 0)
         AS vacuum_at,
       coalesce(o.analyze_threshold, current_setting('autovacuum_analyze_threshold')::float8)
         + coalesce(o.analyze_scale, current_setting('autovacuum_analyze_scale_factor')::float8) * greatest(c.reltuples, 0)
         AS analyze_at,
       NOT coalesce(o.enabled, true) AS switched_off,
       age(c.relfrozenxid) AS xid_age, mxid_age(c.relminmxid) AS multixact_age,
       least(coalesce(o.freeze_max, 2147483647), current_setting('autovacuum_freeze_max_age')::float8) AS xid_limit,
       current_setting('autovacuum_multixact_freeze_max_age')::float8 AS multixact_limit,
       pg_total_relation_size(c.oid) AS bytes
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_stat_all_tables st ON st.relid = c.oid
 CROSS JOIN LATERAL (
       SELECT max(value::float8) FILTER (WHERE name = 'autovacuum_vacuum_threshold') AS vacuum_threshold,
              max(value::float8) FILTER (WHERE name = 'autovacuum_vacuum_scale_factor') AS vacuum_scale,
              max(value::float8) FILTER (WHERE name = 'autovacuum_analyze_threshold') AS analyze_threshold,
              max(value::float8) FILTER (WHERE name = 'autovacuum_analyze_scale_factor') AS analyze_scale,
              max(value::float8) FILTER (WHERE name = 'autovacuum_freeze_max_age') AS freeze_max,
              bool_and(value::boolean) FILTER (WHERE name = 'autovacuum_enabled') AS enabled
         FROM (SELECT split_part(w, '=', 1) AS name, split_part(w, '=', 2) AS value
                 FROM unnest(c.reloptions) AS w) AS words
        WHERE name LIKE 'autovacuum%') AS o
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
 ORDER BY st.n_dead_tup DESC NULLS LAST, n.nspname, c.relname
