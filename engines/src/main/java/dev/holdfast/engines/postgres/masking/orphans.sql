-- files of this database that belong to nothing in it: a server that ends in the middle of a command leaves what it had written
WITH places AS (
  SELECT 'base/' || d.oid AS place FROM pg_database d WHERE d.datname = current_database()
  UNION ALL
  SELECT 'pg_tblspc/' || t.oid || '/' || version || '/' || d.oid
    FROM pg_database d, pg_tablespace t, pg_ls_dir('pg_tblspc/' || t.oid, true, false) AS version
   WHERE d.datname = current_database() AND t.spcname NOT IN ('pg_default', 'pg_global') AND version LIKE 'PG\_%'
), files AS (
  SELECT place || '/' || name AS path, place || '/' || substring(name FROM '^[0-9]+') AS node
    FROM places, pg_ls_dir(place, true, false) AS name
   WHERE name ~ '^[0-9]+(_[a-z]+)?([.][0-9]+)?$'
)
SELECT path
  FROM files
  LEFT JOIN (SELECT pg_relation_filepath(oid) AS node FROM pg_class) AS known USING (node)
  CROSS JOIN LATERAL pg_stat_file(path, true) AS file
 WHERE known.node IS NULL AND file.size > 0 AND file.modification < ?::timestamptz
 ORDER BY path
