-- Things with the same owner and list of grants are counted before the list is taken apart, once whatever schema they are
-- in: what has default privileges, which is nearly everything, has the same one. A row with a schema says how many things
-- there are alike; one without says what that list gives to a role.
WITH thing AS (
  SELECT c.relnamespace AS schema, CASE c.relkind WHEN 'S' THEN 'SEQUENCES' ELSE 'TABLES' END AS kind,
         c.relowner AS owner, c.relacl AS acl
    FROM pg_class c
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
     AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL
  SELECT p.pronamespace, 'ROUTINES', p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc p
   WHERE NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
), counted AS (
  SELECT n.nspname, t.kind, t.owner, md5(t.owner::text || coalesce(t.acl::text, '')) AS alike, any_value(t.acl) AS acl,
         count(*) AS things
    FROM thing t JOIN pg_namespace n ON n.oid = t.schema
   WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast')
   GROUP BY 1, 2, 3, 4
), list AS (
  SELECT alike, any_value(owner) AS owner, any_value(acl) AS acl FROM counted GROUP BY alike
)
SELECT nspname, kind, pg_get_userbyid(owner) AS rolname, things, alike, NULL AS granted FROM counted
UNION ALL
SELECT NULL, NULL, rolname, NULL, alike, array_agg(DISTINCT privilege_type)
  FROM (SELECT list.alike, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE g.rolname END AS rolname, a.privilege_type
          FROM list CROSS JOIN LATERAL aclexplode(list.acl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
         WHERE a.grantee <> list.owner) AS grants
 WHERE rolname IS NOT NULL
 GROUP BY alike, rolname
