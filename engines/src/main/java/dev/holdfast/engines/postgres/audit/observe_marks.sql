WITH guard AS (
  SELECT to_regprocedure('holdfast.audit_guard()')::oid AS oid
)
SELECT coalesce((SELECT split_part(obj_description(g.oid, 'pg_proc'), ' ', 3) FROM guard g
                  WHERE (current_setting('is_superuser') = 'off'
                         OR EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'holdfast_audit' AND evtenabled = 'A' AND evtfoid = g.oid))
                    AND split_part(obj_description(g.oid, 'pg_proc'), ' ', 4) = (
                      SELECT md5(string_agg(pg_get_functiondef(p.oid), '' ORDER BY p.proname)) FROM pg_proc p
                        JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'holdfast'
                       WHERE p.proname ~ '^audit_')
                    AND 3 = (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                              WHERE n.nspname = 'holdfast' AND t.tgname = 'audit_refuse' AND t.tgenabled = 'A')
                    AND NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) given
                                     WHERE n.nspname = 'holdfast' AND c.relname ~ '^audit_' AND given.grantee <> c.relowner)), '') AS mark,
       (SELECT oid IS NOT NULL FROM guard) AS there,
       coalesce((SELECT array_to_string(s.setconfig, ',') FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                  WHERE d.datname = current_database() AND s.setrole = 0), '') AS settings,
       EXISTS (SELECT FROM pg_roles WHERE rolname = 'holdfast_auditor') AS auditor
