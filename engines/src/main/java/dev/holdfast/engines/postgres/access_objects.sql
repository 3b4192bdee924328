WITH thing AS (
  SELECT c.relnamespace, CASE c.relkind WHEN 'S' THEN 'SEQUENCES' ELSE 'TABLES' END AS kind, c.relowner, c.relacl
    FROM pg_class c
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
     AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), privilege (kind, name) AS (
  VALUES ('TABLES', 'SELECT'), ('TABLES', 'INSERT'), ('TABLES', 'UPDATE'), ('TABLES', 'DELETE'), ('TABLES', 'TRUNCATE'),
         ('TABLES', 'REFERENCES'), ('TABLES', 'TRIGGER'), ('TABLES', 'MAINTAIN'),
         ('SEQUENCES', 'SELECT'), ('SEQUENCES', 'USAGE'), ('SEQUENCES', 'UPDATE')
)
SELECT n.nspname, t.kind, asked.rolname, p.name,
       count(*) FILTER (WHERE EXISTS (SELECT FROM aclexplode(t.relacl) a
                                       WHERE a.grantee = r.oid AND a.privilege_type = p.name)) AS granted,
       count(*) AS total
  FROM thing t
  JOIN pg_namespace n ON n.oid = t.relnamespace
 CROSS JOIN unnest(?::text[]) AS asked (rolname)
  LEFT JOIN pg_roles r ON r.rolname = asked.rolname -- a role yet to be created has no privilege on anything
  JOIN privilege p ON p.kind = t.kind
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND r.oid IS DISTINCT FROM t.relowner
 GROUP BY 1, 2, 3, 4
 ORDER BY 1, 2, 3, 4
