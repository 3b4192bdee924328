-- Each list of grants once, with whom it belongs to and in which schemas: it is mostly the same in all of them.
SELECT pg_get_userbyid(d.defaclrole) AS creator,
       CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' ELSE 'SCHEMAS' END AS kind,
       d.defaclacl::text[] AS grants, array_agg(coalesce(n.nspname::text, '')) AS schemas
  FROM pg_default_acl d
  LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
 WHERE d.defaclobjtype IN ('r', 'S', 'f', 'n') AND (d.defaclnamespace = 0 OR n.nspname NOT IN ('holdfast', 'holdfast_series'))
 GROUP BY d.defaclrole, d.defaclobjtype, d.defaclacl
