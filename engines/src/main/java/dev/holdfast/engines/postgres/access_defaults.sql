SELECT pg_get_userbyid(d.defaclrole) AS creator, coalesce(n.nspname, '') AS schema,
       CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' ELSE 'SCHEMAS' END AS kind,
       CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE g.rolname END AS rolname,
       array_agg(a.privilege_type) AS privileges
  FROM pg_default_acl d
  LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
  LEFT JOIN LATERAL aclexplode(d.defaclacl) a ON a.grantee <> d.defaclrole
  LEFT JOIN pg_roles g ON g.oid = a.grantee
 WHERE d.defaclobjtype IN ('r', 'S', 'f', 'n') AND (d.defaclnamespace = 0 OR n.nspname <> 'holdfast')
 GROUP BY 1, 2, 3, 4
