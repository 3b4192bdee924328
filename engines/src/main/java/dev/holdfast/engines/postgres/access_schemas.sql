SELECT pg_get_userbyid(n.nspowner) AS owner, coalesce(n.nspacl::text[], '{}') AS grants, array_agg(n.nspname::text) AS schemas
  FROM pg_namespace n
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
   AND coalesce(obj_description(n.oid, 'pg_namespace'), '') NOT LIKE 'holdfast: schema of extension %'
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
 GROUP BY n.nspowner, n.nspacl
