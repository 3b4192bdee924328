SELECT coalesce((SELECT split_part(obj_description(oid, 'pg_event_trigger'), ' ', 3) FROM pg_event_trigger
                  WHERE evtname = 'holdfast_tenancy' AND evtenabled = 'A'
                    AND split_part(obj_description(oid, 'pg_event_trigger'), ' ', 4) = (
                      SELECT md5(string_agg(pg_get_functiondef(p.oid), '' ORDER BY p.proname)) FROM pg_proc p
                        JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'holdfast'
                       WHERE p.proname ~ '^tenan' OR p.proname ~ '_tenant')), '') AS mark,
       EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'holdfast_tenancy') AS guarded,
       to_regclass('public.flyway_schema_history') IS NOT NULL AS migrated
