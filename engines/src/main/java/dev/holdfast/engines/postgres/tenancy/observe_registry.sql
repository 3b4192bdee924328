SELECT a.attname AS own, format_type(a.atttypid, NULL) AS type,
       EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = c.oid AND x.attname = ? AND NOT x.attisdropped) AS named
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indnatts = 1
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
 WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')
