CREATE SCHEMA IF NOT EXISTS holdfast;
COMMENT ON SCHEMA holdfast IS 'holdfast: objects of Holdfast';
GRANT USAGE ON SCHEMA holdfast TO PUBLIC;
-- a function cannot change its type; the policies that fall with it leave their tables closed until they are made again
DO $drop$
DECLARE
  old regprocedure;
BEGIN
  IF EXISTS (SELECT FROM pg_proc WHERE oid = to_regprocedure('holdfast.current_tenant()') AND prorettype <> '{{type}}'::regtype) THEN
    DROP FUNCTION holdfast.current_tenant() CASCADE;
  END IF;
  FOR old IN SELECT oid FROM pg_proc WHERE pronamespace = 'holdfast'::regnamespace
      AND proname IN ('set_tenant', 'create_tenant_partitions', 'drop_tenant_partitions', 'tenant_partition')
      AND '{{type}}'::regtype <> ALL (proargtypes) LOOP
    EXECUTE 'DROP FUNCTION ' || old;
  END LOOP;
  DROP FUNCTION IF EXISTS holdfast.tenant_named(text);
END
$drop$;
CREATE OR REPLACE FUNCTION holdfast.current_tenant() RETURNS {{type}} LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(pg_catalog.current_setting({{setting}}, true), '')::{{type}};
CREATE OR REPLACE FUNCTION holdfast.set_tenant(tenant {{type}}, role text DEFAULT '') RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $set$
BEGIN
  -- for this transaction only: nothing is left behind in a connection that others use after it
  PERFORM set_config({{setting}}, coalesce(tenant::text, ''), true);
  {{set-role}}
  -- a migration is refused what policies would hide from it: who names a tenant asks for its rows
  PERFORM set_config('row_security', 'on', true);
END
$set$;
CREATE OR REPLACE FUNCTION holdfast.tenant_reads() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE RETURN {{reads}};
CREATE OR REPLACE FUNCTION holdfast.tenant_writes() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE RETURN {{writes}};
CREATE OR REPLACE FUNCTION holdfast.tenant_named(name text) RETURNS {{type}} LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $named$
DECLARE
  found {{type}};
BEGIN
  -- who signs in is known by name before any tenant is set; without the exact name nothing is told
  EXECUTE {{named}} INTO found USING name;
  RETURN found;
END
$named$;
CREATE OR REPLACE FUNCTION holdfast.tenancy_declared() RETURNS TABLE (schema_name name, table_name name, parts text)
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $declared$ VALUES {{tables}} $declared$;
CREATE OR REPLACE FUNCTION holdfast.tenancy_close(held regclass) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $close$
BEGIN
  IF EXISTS (SELECT FROM pg_class WHERE oid = held AND NOT (relrowsecurity AND relforcerowsecurity)) THEN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', held);
  END IF;
END
$close$;
CREATE OR REPLACE FUNCTION holdfast.tenancy_uncount(held regclass) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $uncount$
DECLARE
  given record;
BEGIN
  -- the numbers that a table gives out itself need no right of who writes to it, and tell who has one how much the others write
  FOR given IN SELECT DISTINCT s.oid::regclass AS counter, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS role
      FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S', aclexplode(s.relacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = held AND d.deptype = 'i'
       AND g.grantee <> s.relowner AND pg_has_role(s.relowner, 'USAGE') LOOP
    EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM %s', given.counter, given.role);
  END LOOP;
END
$uncount$;
CREATE OR REPLACE FUNCTION holdfast.tenancy_hold(held regclass) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $hold$
DECLARE
  is_registry boolean := held = to_regclass({{registry}});
  own text := CASE WHEN held = to_regclass({{registry}}) THEN {{registry-key}} ELSE {{key}} END;
  keeper text := {{keeper}};
  strategy "char" := (SELECT partstrat FROM pg_partitioned_table WHERE partrelid = held);
  modulus int;
  name name;
  role text;
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = held AND attname = own AND atttypid = '{{type}}'::regtype AND NOT attisdropped) THEN
    FOR name IN SELECT polname FROM pg_policy WHERE polrelid = held AND polname ~ '^holdfast_' LOOP
      EXECUTE format('DROP POLICY %I ON %s', name, held);
    END LOOP;
    -- nothing that others permit widens a restrictive policy. Where there are partitions the plain expression is what lets the
    -- server leave all but one of them out before it starts; elsewhere the sub-select is what is computed once a query
    EXECUTE format('CREATE POLICY holdfast_tenant ON %s AS RESTRICTIVE USING (%I = %s%s) WITH CHECK (%2$I = %3$s%4$s)', held, own,
      format(CASE WHEN strategy IS NULL THEN '(SELECT nullif(current_setting(%L, true), %L)::{{type}})'
                  ELSE 'nullif(current_setting(%L, true), %L)::{{type}}' END, {{setting}}, ''),
      -- where no right passes by policies, who looks after the tenants still has to know of all of them
      CASE WHEN is_registry AND keeper IS NOT NULL THEN format(' OR current_user = %L', keeper) ELSE '' END);
    IF is_registry AND keeper IS NOT NULL THEN
      EXECUTE format('CREATE POLICY holdfast_keeper ON %s TO %I USING (true) WITH CHECK (true)', held, keeper);
    END IF;
    EXECUTE format('CREATE POLICY holdfast_read ON %s FOR SELECT USING ({{may-read}})', held);
    IF NOT is_registry THEN
      EXECUTE format('CREATE POLICY holdfast_insert ON %s FOR INSERT WITH CHECK ({{may-write}})', held);
      EXECUTE format('CREATE POLICY holdfast_update ON %s FOR UPDATE USING ({{may-write}}) WITH CHECK ({{may-write}})', held);
      EXECUTE format('CREATE POLICY holdfast_delete ON %s FOR DELETE USING ({{may-write}})', held);
    END IF;
    PERFORM holdfast.tenancy_uncount(held);
  END IF;
  PERFORM holdfast.tenancy_close(held);
  -- TRUNCATE asks no policy
  FOR role IN SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END
      FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g LEFT JOIN pg_roles r ON r.oid = g.grantee
     WHERE c.oid = held AND g.privilege_type = 'TRUNCATE' AND NOT coalesce(r.rolsuper, false) LOOP
    EXECUTE format('REVOKE TRUNCATE ON %s FROM %s', held, role);
  END LOOP;
  IF strategy = 'h' AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = held) THEN
    SELECT substring(d.parts FROM '[0-9]+')::int INTO modulus FROM holdfast.tenancy_declared() d, pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = held AND d.schema_name = n.nspname AND d.table_name = c.relname;
    FOR remainder IN 0 .. coalesce(modulus, 0) - 1 LOOP
      EXECUTE (SELECT format('CREATE TABLE %I.%I PARTITION OF %s FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
        n.nspname, left(c.relname, 55) || '_h' || lpad(remainder::text, length((modulus - 1)::text), '0'), held, modulus, remainder)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = held);
    END LOOP;
  END IF;
  -- a partition has no policy of its own: who names it directly sees nothing, who names the table is judged by the table's
  PERFORM holdfast.tenancy_close(relid) FROM pg_partition_tree(held) WHERE level > 0;
END
$hold$;
CREATE OR REPLACE FUNCTION holdfast.tenant_partition(parent name, tenant {{type}}) RETURNS name LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS
  $named$ SELECT (left(parent::text, 40) || '_t' || CASE WHEN '{{type}}' IN ('integer', 'bigint') THEN tenant::text ELSE substr(md5(tenant::text), 1, 16) END)::name $named$;
CREATE OR REPLACE FUNCTION holdfast.create_tenant_partitions(tenant {{type}}) RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog AS $partitions$
DECLARE
  made int := 0;
  parent record;
  name name;
BEGIN
  -- each partition is closed here: the guard need not look at every one of thousands
  IF current_setting('is_superuser') = 'on' AND current_setting('event_triggers', true) = 'on' THEN
    PERFORM set_config('event_triggers', 'off', true);
  END IF;
  FOR parent IN SELECT c.oid, c.relname, n.nspname FROM holdfast.tenancy_declared() d JOIN pg_namespace n ON n.nspname = d.schema_name
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = d.table_name
      JOIN pg_partitioned_table p ON p.partrelid = c.oid AND p.partstrat = 'l' LOOP
    name := holdfast.tenant_partition(parent.relname, tenant);
    IF to_regclass(format('%I.%I', parent.nspname, name)) IS NULL THEN
      EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s FOR VALUES IN (%L)', parent.nspname, name, parent.oid::regclass, tenant);
      PERFORM holdfast.tenancy_close(format('%I.%I', parent.nspname, name)::regclass);
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END
$partitions$;
CREATE OR REPLACE FUNCTION holdfast.drop_tenant_partitions(tenant {{type}}) RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog AS $partitions$
DECLARE
  gone int := 0;
  part regclass;
BEGIN
  FOR part IN SELECT p.oid FROM holdfast.tenancy_declared() d JOIN pg_namespace n ON n.nspname = d.schema_name
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = d.table_name
      JOIN pg_partitioned_table t ON t.partrelid = c.oid AND t.partstrat = 'l'
      JOIN pg_inherits i ON i.inhparent = c.oid JOIN pg_class p ON p.oid = i.inhrelid
     WHERE p.relname = holdfast.tenant_partition(c.relname, tenant) LOOP
    EXECUTE format('DROP TABLE %s', part);
    gone := gone + 1;
  END LOOP;
  RETURN gone;
END
$partitions$;
-- a table that a migration makes is closed in the statement that makes it, not at the next apply
CREATE OR REPLACE FUNCTION holdfast.tenancy_guard() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $guard$
DECLARE
  found record;
BEGIN
  IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE command_tag = 'GRANT') THEN
    -- ON ALL SEQUENCES is said of those that give out keys of tenants, too
    PERFORM holdfast.tenancy_uncount(p.polrelid) FROM pg_policy p WHERE p.polname = 'holdfast_tenant';
    RETURN;
  END IF;
  FOR found IN SELECT c.oid::regclass AS held FROM pg_event_trigger_ddl_commands() e JOIN pg_class c ON c.oid = e.objid AND e.classid = 'pg_class'::regclass
      JOIN pg_namespace n ON n.oid = c.relnamespace JOIN holdfast.tenancy_declared() d ON d.schema_name = n.nspname AND d.table_name = c.relname
     WHERE c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
       AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'holdfast_tenant') LOOP
    PERFORM holdfast.tenancy_hold(found.held);
  END LOOP;
  -- what was made as a partition, and what was attached: never all that are there, for there may be thousands
  FOR found IN
      SELECT c.oid::regclass AS held FROM pg_event_trigger_ddl_commands() e
        JOIN pg_class c ON c.oid = e.objid AND e.classid = 'pg_class'::regclass AND c.relispartition AND c.relkind IN ('r', 'p', 'f')
       WHERE NOT c.relrowsecurity AND EXISTS (
             SELECT FROM pg_partition_ancestors(c.oid) a JOIN pg_class top ON top.oid = a.relid JOIN pg_namespace n ON n.oid = top.relnamespace
               JOIN holdfast.tenancy_declared() d ON d.schema_name = n.nspname AND d.table_name = top.relname)
      UNION
      SELECT t.relid FROM pg_event_trigger_ddl_commands() e
        JOIN pg_class c ON c.oid = e.objid AND e.classid = 'pg_class'::regclass AND c.relkind = 'p' AND e.command_tag = 'ALTER TABLE'
        JOIN LATERAL pg_partition_tree(c.oid) t ON t.level > 0 JOIN pg_class p ON p.oid = t.relid AND NOT p.relrowsecurity
       WHERE EXISTS (
             SELECT FROM pg_partition_ancestors(c.oid) a JOIN pg_class top ON top.oid = a.relid JOIN pg_namespace n ON n.oid = top.relnamespace
               JOIN holdfast.tenancy_declared() d ON d.schema_name = n.nspname AND d.table_name = top.relname) LOOP
    PERFORM holdfast.tenancy_close(found.held);
  END LOOP;
END
$guard$;
-- it reads the list of tenants with the rights of whom the list's policy lets, which may be somebody else than when it was made
ALTER FUNCTION holdfast.tenant_named(text) OWNER TO CURRENT_USER;
-- not left to defaults: who makes functions may have them closed to everybody
GRANT EXECUTE ON FUNCTION holdfast.current_tenant(), holdfast.set_tenant({{type}}, text), holdfast.tenant_reads(), holdfast.tenant_writes(),
  holdfast.tenant_named(text), holdfast.tenancy_declared(), holdfast.tenancy_close(regclass), holdfast.tenancy_uncount(regclass),
  holdfast.tenancy_hold(regclass) TO PUBLIC;
REVOKE ALL ON FUNCTION holdfast.create_tenant_partitions({{type}}), holdfast.drop_tenant_partitions({{type}}) FROM PUBLIC;
DO $mark$
BEGIN
  -- only a superuser can watch over statements; where Holdfast is none, the next apply closes what a migration made
  IF current_setting('is_superuser') = 'on' THEN
    DROP EVENT TRIGGER IF EXISTS holdfast_tenancy;
    CREATE EVENT TRIGGER holdfast_tenancy ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'GRANT')
      EXECUTE FUNCTION holdfast.tenancy_guard();
    ALTER EVENT TRIGGER holdfast_tenancy ENABLE ALWAYS;
  END IF;
  EXECUTE format('COMMENT ON FUNCTION holdfast.tenancy_guard() IS %L', 'holdfast: tenancy {{mark}} ' || (
    SELECT md5(string_agg(pg_get_functiondef(oid), '' ORDER BY proname)) FROM pg_proc
     WHERE pronamespace = 'holdfast'::regnamespace AND (proname ~ '^tenan' OR proname ~ '_tenant')));
END
$mark$
