SELECT e.name, e.installed_version, e.default_version,
       r.rolsuper
       OR EXISTS (SELECT FROM pg_roles g
                   WHERE g.rolname IN ('rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin', 'neon_superuser', 'supabase_admin')
                     AND pg_has_role(g.oid, 'MEMBER'))
       OR (has_database_privilege(current_database(), 'CREATE')
           AND EXISTS (SELECT FROM pg_available_extension_versions v
                        WHERE v.name = e.name AND v.version = e.default_version AND (v.trusted OR NOT v.superuser))) AS creatable
  FROM pg_available_extensions e, pg_roles r
 WHERE r.rolname = current_user AND (e.installed_version IS NOT NULL AND e.name <> 'plpgsql'
    OR e.name IN ('vector', 'pg_stat_statements', 'pg_cron', 'pgaudit', 'pg_partman', 'timescaledb', 'postgis', 'pgcrypto',
                  'pg_trgm', 'hstore', 'citext', 'uuid-ossp', 'hypopg', 'pg_repack'))
 ORDER BY e.name
