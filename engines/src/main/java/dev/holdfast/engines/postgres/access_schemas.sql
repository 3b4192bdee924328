SELECT n.nspname, pg_get_userbyid(n.nspowner) AS owner, g.rolname AS grantee, a.privilege_type
  FROM pg_namespace n
  LEFT JOIN LATERAL aclexplode(n.nspacl) a ON a.grantee <> n.nspowner AND a.grantee <> 0
  LEFT JOIN pg_roles g ON g.oid = a.grantee
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND coalesce(obj_description(n.oid, 'pg_namespace'), '') NOT LIKE 'holdfast:%'
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
 ORDER BY 1, 3, 4
