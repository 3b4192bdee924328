SELECT 'schema' AS what, n.nspname AS name,
       CASE WHEN current_setting('track_commit_timestamp') = 'on' AND n.xmin::text::bigint > 2
            THEN pg_xact_commit_timestamp(n.xmin) END AS at
  FROM pg_namespace n
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series', 'public')
   AND coalesce(obj_description(n.oid, 'pg_namespace'), '') NOT LIKE 'holdfast:%'
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
UNION ALL
SELECT 'extension', e.extname,
       CASE WHEN current_setting('track_commit_timestamp') = 'on' AND e.xmin::text::bigint > 2
            THEN pg_xact_commit_timestamp(e.xmin) END
  FROM pg_extension e
 WHERE e.extname <> 'plpgsql' AND coalesce(obj_description(e.oid, 'pg_extension'), '') NOT LIKE 'holdfast:%'
 ORDER BY 1 DESC, 2
