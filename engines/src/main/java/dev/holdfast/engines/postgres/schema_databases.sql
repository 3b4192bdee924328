SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '') AS mark
  FROM pg_database WHERE NOT datistemplate ORDER BY datname
