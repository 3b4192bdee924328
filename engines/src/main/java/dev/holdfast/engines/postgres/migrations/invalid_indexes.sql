SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relname, i.indrelid::regclass::text AS on_table, i.indrelid AS on_oid,
       i.indisvalid AND i.indisready AS valid, pt.relkind = 'p' AS partitioned
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class pt ON pt.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname !~ '^pg_'
