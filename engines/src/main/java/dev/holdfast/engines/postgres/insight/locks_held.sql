-- Prepared transactions show as process 0 among the blockers.
SELECT gid, database, owner, extract(epoch FROM clock_timestamp() - prepared) AS seconds
  FROM pg_prepared_xacts
 ORDER BY prepared
