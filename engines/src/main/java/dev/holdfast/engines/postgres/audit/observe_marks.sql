SELECT coalesce((SELECT split_part(obj_description(oid, 'pg_event_trigger'), ' ', 3) FROM pg_event_trigger
                  WHERE evtname = 'holdfast_audit' AND evtenabled = 'A'
                    AND split_part(obj_description(oid, 'pg_event_trigger'), ' ', 4) = (
                      SELECT md5(string_agg(pg_get_functiondef(p.oid), '' ORDER BY p.proname)) FROM pg_proc p
                        JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'holdfast'
                       WHERE p.proname ~ '^audit_')
                    AND 2 = (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                              WHERE n.nspname = 'holdfast' AND t.tgname = 'audit_refuse' AND t.tgenabled = 'A')
                    AND NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g
                                     WHERE n.nspname = 'holdfast' AND c.relname ~ '^audit_' AND g.grantee <> c.relowner)), '') AS mark,
       EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'holdfast_audit') AS there,
       coalesce((SELECT array_to_string(s.setconfig, ',') FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                  WHERE d.datname = current_database() AND s.setrole = 0), '') AS settings,
       EXISTS (SELECT FROM pg_roles WHERE rolname = 'holdfast_auditor') AS auditor
