SELECT (to_regclass('holdfast.ddl_log') IS NOT NULL
   AND EXISTS (SELECT FROM pg_proc p
                WHERE p.oid = to_regprocedure('holdfast.ddl_log()') AND p.prosrc = ? AND p.prosecdef
                  AND pg_get_userbyid(p.proowner) = 'holdfast')
   AND (SELECT count(*) FROM pg_event_trigger t
         WHERE t.evtname IN ('holdfast_ddl', 'holdfast_drop') AND t.evtenabled <> 'D'
           AND t.evtfoid = to_regprocedure('holdfast.ddl_log()')) = 2) AS installed
