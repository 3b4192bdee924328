SELECT name, installed_version, default_version FROM pg_available_extensions
 WHERE installed_version IS NOT NULL AND name <> 'plpgsql'
    OR name IN ('vector', 'pg_stat_statements', 'pg_cron', 'pgaudit', 'pg_partman', 'timescaledb', 'postgis', 'pgcrypto',
                'pg_trgm', 'hstore', 'citext', 'uuid-ossp', 'hypopg', 'pg_repack')
 ORDER BY name
