SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, current_user::text AS role
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm') AND c.relrowsecurity AND row_security_active(c.oid) AND n.nspname <> 'holdfast'
 ORDER BY 1 LIMIT 20
