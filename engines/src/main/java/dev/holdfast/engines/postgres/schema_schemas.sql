SELECT n.nspname, coalesce(obj_description(n.oid, 'pg_namespace'), '') AS mark
  FROM pg_namespace n
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
 ORDER BY n.nspname
