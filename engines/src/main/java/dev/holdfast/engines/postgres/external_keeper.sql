SELECT current_user::text AS name, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
       current_setting('server_version_num')::int AS version, (SELECT s.setting FROM pg_settings s WHERE s.name = 'shared_preload_libraries') AS libraries,
       ARRAY(SELECT g.rolname::text FROM pg_roles g WHERE pg_has_role(g.oid, 'USAGE')) AS usable,
       ARRAY(SELECT g.rolname::text FROM pg_roles g WHERE pg_has_role(g.oid, 'MEMBER WITH ADMIN OPTION')) AS administered,
       ARRAY(SELECT v.name::text FROM pg_available_extensions v) AS offered,
       ARRAY(SELECT v.name::text FROM pg_available_extension_versions v JOIN pg_available_extensions e ON e.name = v.name
              WHERE v.version = e.default_version AND v.superuser AND NOT v.trusted) AS guarded,
       EXISTS (SELECT FROM pg_roles g
                WHERE g.rolname IN ('rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin', 'neon_superuser', 'supabase_admin')
                  AND pg_has_role(g.oid, 'MEMBER')) AS provider
  FROM pg_roles r WHERE r.rolname = current_user
