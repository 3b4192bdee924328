SELECT current_user::text AS role, r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolbypassrls, r.rolreplication,
       current_database()::text AS database, pg_get_userbyid(d.datdba)::text AS owner,
       has_database_privilege(d.oid, 'CREATE') AS may_create_schemas,
       (SELECT count(*) FROM pg_database e WHERE e.datallowconn AND has_database_privilege(e.oid, 'CONNECT')) AS enters,
       ARRAY(SELECT n.nspname::text || CASE WHEN has_schema_privilege(n.oid, 'CREATE') THEN ' (create)' ELSE '' END
               FROM pg_namespace n
              WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'USAGE')
              ORDER BY 1 LIMIT 20) AS schemas,
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema') AS tables,
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND has_table_privilege(c.oid, 'SELECT')) AS readable,
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND has_table_privilege(c.oid, 'INSERT')) AS writable
  FROM pg_roles r, pg_database d
 WHERE r.rolname = current_user AND d.datname = current_database()
