SELECT n.nspname, c.relname, c.relkind::text AS kind,
       EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'zz_holdfast_audit' AND t.tgenabled = 'A' AND t.tgtype = 29
                AND t.tgfoid = to_regprocedure('holdfast.audit_note()') AND t.tgqual IS NULL
                AND t.tgargs = convert_to(d.w, 'UTF8') || '\x00' || convert_to(d.x, 'UTF8') || '\x00') AS noted,
       EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'zz_holdfast_audit_truncate' AND t.tgenabled = 'A')
       AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'zz_holdfast_audit_close' AND t.tgenabled <> 'D') AS beside,
       NOT EXISTS (SELECT FROM pg_trigger t JOIN pg_partition_tree(c.oid) p ON p.relid = t.tgrelid AND p.level > 0
                    WHERE t.tgname = 'zz_holdfast_audit' AND t.tgenabled <> 'A') AS everywhere,
       EXISTS (SELECT FROM aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee WHERE r.rolname = 'holdfast_auditor') AS spoken
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN unnest(?::text[], ?::text[], ?::text[], ?::text[]) AS d (s, t, w, x) ON d.s = n.nspname AND d.t = c.relname
 ORDER BY 1, 2
