SELECT n.nspname, c.relname
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE t.tgname = 'zz_holdfast_audit' AND t.tgparentid = 0
 ORDER BY 1, 2
