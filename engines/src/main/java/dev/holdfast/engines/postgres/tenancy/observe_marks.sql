WITH guard AS (
  SELECT to_regprocedure('holdfast.tenancy_guard()')::oid AS oid
)
SELECT coalesce((SELECT split_part(obj_description(g.oid, 'pg_proc'), ' ', 3) FROM guard g
                  WHERE split_part(obj_description(g.oid, 'pg_proc'), ' ', 4) = (
                      SELECT md5(string_agg(pg_get_functiondef(p.oid), '' ORDER BY p.proname)) FROM pg_proc p
                        JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'holdfast'
                       WHERE p.proname ~ '^tenan' OR p.proname ~ '_tenant')
                    AND (current_setting('is_superuser') = 'off'
                         OR EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'holdfast_tenancy' AND evtenabled = 'A' AND evtfoid = g.oid))), '') AS mark,
       (SELECT oid IS NOT NULL FROM guard) AS guarded,
       to_regclass('public.flyway_schema_history') IS NOT NULL AS migrated
