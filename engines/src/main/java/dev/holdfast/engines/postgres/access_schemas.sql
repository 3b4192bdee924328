SELECT n.nspname, pg_get_userbyid(n.nspowner) AS owner, g.rolname AS grantee, array_agg(a.privilege_type) AS privileges
  FROM pg_namespace n
  LEFT JOIN LATERAL aclexplode(n.nspacl) a ON a.grantee <> n.nspowner AND a.grantee <> 0
  LEFT JOIN pg_roles g ON g.oid = a.grantee
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast')
   AND coalesce(obj_description(n.oid, 'pg_namespace'), '') NOT LIKE 'holdfast: schema of extension %'
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
 GROUP BY n.nspname, n.nspowner, g.rolname
