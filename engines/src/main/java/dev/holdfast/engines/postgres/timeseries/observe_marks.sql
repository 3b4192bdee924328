SELECT coalesce((SELECT split_part(obj_description(k.oid, 'pg_proc'), ' ', 3) FROM (SELECT to_regprocedure('holdfast_series.keep()')::oid AS oid) k
                  WHERE split_part(obj_description(k.oid, 'pg_proc'), ' ', 4) = (
                    SELECT md5(string_agg(pg_get_functiondef(p.oid), '' ORDER BY p.proname)) FROM pg_proc p
                      JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'holdfast_series' WHERE p.proname ~ '^[a-z_]+$')), '') AS mark,
       to_regnamespace('holdfast_series') IS NOT NULL AS there,
       CASE WHEN NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN 'plain'
            WHEN coalesce(current_setting('timescaledb.license', true), 'apache') = 'timescale' THEN 'community'
            ELSE 'apache' END AS edition
