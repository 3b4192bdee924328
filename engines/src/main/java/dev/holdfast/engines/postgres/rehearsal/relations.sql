-- Every relation that holds rows or leads to some. An oid is only ever given to something newer while the counter does not
-- come round, so what has a higher one than this run's own event trigger was made by the files themselves.
SELECT c.oid::bigint AS oid,
       n.nspname || '.' || c.relname AS name,
       c.relkind::text AS kind,
       coalesce(i.indrelid, t.oid, c.oid)::bigint AS table_oid,
       pg_relation_filenode(c.oid)::bigint AS storage,
       CASE WHEN c.relkind IN ('r', 'm', 't') THEN pg_relation_size(c.oid) ELSE 0 END AS bytes
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_index i ON i.indexrelid = c.oid
  LEFT JOIN pg_class t ON t.reltoastrelid = c.oid
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'holdfast', 'holdfast_series')
   AND c.relpersistence <> 't'
   AND c.oid < (SELECT max(oid) FROM pg_event_trigger WHERE evtname = 'holdfast_rehearsal_rewrites')
