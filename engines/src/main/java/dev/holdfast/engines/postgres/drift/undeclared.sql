SELECT 'role' AS what, rolname AS name FROM pg_authid
 WHERE rolname !~ '^pg_' AND coalesce(shobj_description(oid, 'pg_authid'), '') !~ '^holdfast( itself)?:'
UNION ALL
SELECT 'database', datname FROM pg_database
 WHERE NOT datistemplate AND coalesce(shobj_description(oid, 'pg_database'), '') NOT LIKE 'holdfast:%'
 ORDER BY 1 DESC, 2
