SELECT d.datname, pg_get_userbyid(d.datdba) AS owner, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE g.rolname END AS grantee,
       a.privilege_type,
       (SELECT substr(c, length('search_path=') + 1)
          FROM unnest(s.setconfig) AS c WHERE c LIKE 'search_path=%') AS search_path
  FROM pg_database d
  LEFT JOIN pg_db_role_setting s ON s.setdatabase = d.oid AND s.setrole = 0
  LEFT JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a ON a.grantee <> d.datdba
  LEFT JOIN pg_roles g ON g.oid = a.grantee
 WHERE d.datname <> 'template0' AND d.datallowconn
 ORDER BY 1, 3, 4
