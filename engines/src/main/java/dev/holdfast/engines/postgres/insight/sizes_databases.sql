SELECT datname AS database, pg_database_size(oid) AS bytes
  FROM pg_database
 WHERE datallowconn
 ORDER BY 2 DESC
