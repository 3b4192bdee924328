SELECT current_setting('shared_preload_libraries') ~ '\mpg_stat_statements\M' AS loaded,
       (SELECT quote_ident(n.nspname)
          FROM pg_extension e
          JOIN pg_namespace n ON n.oid = e.extnamespace
         WHERE e.extname = 'pg_stat_statements') AS schema
