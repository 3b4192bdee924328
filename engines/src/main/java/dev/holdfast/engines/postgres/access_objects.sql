-- Things with the same list of grants are counted before the list is taken apart: what has default privileges, which is
-- nearly everything, has the same one. A row without a privilege says how many things an owner has.
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
), alike AS (
  SELECT n.nspname, t.kind, t.owner, any_value(t.acl) AS acl, count(*) AS things
    FROM thing t JOIN pg_namespace n ON n.oid = t.schema
   WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast')
   GROUP BY n.nspname, t.kind, t.owner, t.acl::text
)
SELECT nspname, kind, pg_get_userbyid(owner) AS rolname, sum(things)::bigint AS owned, NULL AS granted
  FROM alike GROUP BY 1, 2, 3
UNION ALL
SELECT nspname, kind, rolname, NULL, array_agg(privilege_type || ' ' || things)
  FROM (SELECT alike.nspname, alike.kind, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE g.rolname END AS rolname,
               a.privilege_type, sum(alike.things)::bigint AS things
          FROM alike CROSS JOIN LATERAL aclexplode(alike.acl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
         WHERE a.grantee <> alike.owner
         GROUP BY 1, 2, 3, 4) AS grants
 GROUP BY 1, 2, 3
