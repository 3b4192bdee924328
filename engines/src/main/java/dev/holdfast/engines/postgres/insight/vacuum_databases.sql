SELECT d.datname AS database, age(d.datfrozenxid) AS xid_age, mxid_age(d.datminmxid) AS multixact_age,
       d.datallowconn AS may_enter,
       current_setting('autovacuum_freeze_max_age')::float8 AS xid_limit,
       current_setting('autovacuum_multixact_freeze_max_age')::float8 AS multixact_limit,
       2147483647 - 3000000 AS last_xid
  FROM pg_database d
 ORDER BY 2 DESC
