SELECT pg_get_userbyid(d.defaclrole) AS creator,
       CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' ELSE 'SCHEMAS' END AS kind,
       g.rolname, a.privilege_type
  FROM pg_default_acl d, LATERAL aclexplode(d.defaclacl) a
  JOIN pg_roles g ON g.oid = a.grantee
 WHERE d.defaclnamespace = 0 AND d.defaclobjtype IN ('r', 'S', 'n') AND a.grantee <> d.defaclrole
 ORDER BY 1, 2, 3, 4
