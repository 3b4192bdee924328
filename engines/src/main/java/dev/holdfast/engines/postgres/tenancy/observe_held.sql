SELECT n.nspname, c.relname
  FROM pg_policy p
  JOIN pg_class c ON c.oid = p.polrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE p.polname = 'holdfast_tenant'
 ORDER BY 1, 2
