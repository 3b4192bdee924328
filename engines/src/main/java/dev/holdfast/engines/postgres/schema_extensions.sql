SELECT e.extname, e.extversion, coalesce(a.default_version, e.extversion) AS offered,
       coalesce(obj_description(e.oid, 'pg_extension'), '') AS mark
  FROM pg_extension e LEFT JOIN pg_available_extensions a ON a.name = e.extname
 WHERE e.extname <> 'plpgsql' ORDER BY e.extname
