SELECT n.nspname AS schema, c.relname AS name,
       NOT has_schema_privilege(n.oid, 'USAGE') OR NOT has_table_privilege(c.oid, 'SELECT') AS closed,
       c.relrowsecurity AND row_security_active(c.oid) AS hidden
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
 ORDER BY 1, 2
