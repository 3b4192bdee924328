-- Things are counted by schema, kind, owner and list of grants, and each list is sent once with where it is: what has default
-- privileges, which is nearly everything, has the same few. A list is taken apart by who asks, which is cheaper than a row a role.
WITH thing AS (
  SELECT c.relnamespace AS schema, CASE c.relkind WHEN 'S' THEN 'SEQUENCES' ELSE 'TABLES' END AS kind,
         c.relowner AS owner, c.relacl AS acl
    FROM pg_class c
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
     AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     -- nobody has a right on what counts the keys of tenants: tenancy sees to it
     AND NOT (c.relkind = 'S' AND EXISTS (
              SELECT FROM pg_depend d JOIN pg_policy p ON p.polrelid = d.refobjid AND p.polname = 'holdfast_tenant'
               WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i'))
  UNION ALL
  SELECT p.pronamespace, 'ROUTINES', p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc p
   WHERE NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
), counted AS (
  SELECT n.nspname, t.kind, t.owner, t.acl, count(*) AS things
    FROM thing t JOIN pg_namespace n ON n.oid = t.schema
   WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
   GROUP BY 1, 2, 3, 4
)
SELECT pg_get_userbyid(owner) AS rolname, coalesce(acl::text[], '{}') AS grants,
       array_agg(nspname::text) AS schemas, array_agg(kind) AS kinds, array_agg(things) AS things
  FROM counted
 GROUP BY owner, acl
