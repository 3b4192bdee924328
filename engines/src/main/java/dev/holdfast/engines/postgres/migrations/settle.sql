DO $settle$
DECLARE
  found record;
BEGIN
  -- where event triggers keep watch this was done in the statement that made the table; a file may have opened one for itself, and
  -- left it open
  IF to_regprocedure('holdfast.tenancy_declared()') IS NOT NULL THEN
    FOR found IN SELECT c.oid::pg_catalog.regclass AS held FROM holdfast.tenancy_declared() d
        JOIN pg_catalog.pg_namespace n ON n.nspname = d.schema_name JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = d.table_name
       WHERE c.relkind IN ('r', 'p') AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
         AND (NOT (c.relrowsecurity AND c.relforcerowsecurity)
              OR EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) t JOIN pg_catalog.pg_class p ON p.oid = t.relid
                          WHERE NOT (p.relrowsecurity AND p.relforcerowsecurity))) LOOP
      PERFORM holdfast.tenancy_hold(found.held);
    END LOOP;
  END IF;
  IF to_regprocedure('holdfast.audit_declared()') IS NOT NULL
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = 'holdfast_audit' AND evtenabled <> 'D') THEN
    FOR found IN SELECT c.oid::pg_catalog.regclass AS watched FROM holdfast.audit_declared() d
        JOIN pg_catalog.pg_namespace n ON n.nspname = d.schema_name JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = d.table_name
       WHERE c.relkind IN ('r', 'p') AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'zz_holdfast_audit') LOOP
      PERFORM holdfast.audit_watch(found.watched);
    END LOOP;
  END IF;
END
$settle$
