CREATE SCHEMA IF NOT EXISTS holdfast;
COMMENT ON SCHEMA holdfast IS 'holdfast: objects of Holdfast';
GRANT USAGE ON SCHEMA holdfast TO PUBLIC;
CREATE TABLE IF NOT EXISTS holdfast.audit_log (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  xact xid8 NOT NULL,
  table_name text NOT NULL,
  action text NOT NULL,
  session_role text NOT NULL,
  current_role_name text NOT NULL,
  application text NOT NULL,
  client text,
  tenant text,
  before jsonb,
  after jsonb,
  digest bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_log_xact ON holdfast.audit_log (xact);
CREATE TABLE IF NOT EXISTS holdfast.audit_seals (
  number bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  before_xact xid8 NOT NULL,
  entries bigint NOT NULL,
  head bytea NOT NULL
);
-- what was let go because it was old enough: where the chain that is left begins, and a chain of its own
CREATE TABLE IF NOT EXISTS holdfast.audit_pruned (
  number bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  by_role text NOT NULL,
  keep interval NOT NULL,
  last_seal bigint NOT NULL,
  before_xact xid8 NOT NULL,
  entries bigint NOT NULL,
  head bytea NOT NULL,
  digest bytea NOT NULL
);
CREATE OR REPLACE FUNCTION holdfast.audit_digest(e holdfast.audit_log) RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $digest$
  SELECT sha256(convert_to(jsonb_build_array(e.number, extract(epoch FROM e.at), e.xact::text, e.table_name, e.action, e.session_role,
    e.current_role_name, e.application, e.client, e.tenant, e.before, e.after)::text, 'UTF8'))
$digest$;
CREATE OR REPLACE FUNCTION holdfast.audit_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $note$
DECLARE
  entry holdfast.audit_log;
BEGIN
  entry.number := nextval('holdfast.audit_log_number_seq');
  entry.at := clock_timestamp();
  entry.xact := pg_current_xact_id();
  entry.table_name := TG_ARGV[0];
  entry.action := TG_OP;
  entry.session_role := session_user;
  entry.current_role_name := CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END;
  entry.application := current_setting('application_name');
  entry.client := host(inet_client_addr()) || ':' || inet_client_port();
  IF TG_LEVEL = 'ROW' THEN
    IF TG_OP <> 'INSERT' THEN
      entry.before := to_jsonb(OLD) - TG_ARGV[1]::text[];
    END IF;
    IF TG_OP <> 'DELETE' THEN
      entry.after := to_jsonb(NEW) - TG_ARGV[1]::text[];
    END IF;
    -- a change that none of the kept columns shows is still a change
    IF TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN
      RETURN NULL;
    END IF;
  END IF;
  entry.tenant := coalesce({{tenant}});
  entry.digest := holdfast.audit_digest(entry);
  INSERT INTO holdfast.audit_log OVERRIDING SYSTEM VALUE VALUES (entry.*);
  RETURN NULL;
END
$note$;
-- Writers close the chain themselves, now and then, one at a time and without waiting for one another. It covers whole
-- transactions, and only those that no running one can still precede.
CREATE OR REPLACE FUNCTION holdfast.audit_close() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $close$
DECLARE
  last holdfast.audit_seals;
  horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  many bigint;
  whole bytea;
BEGIN
  SELECT * INTO last FROM holdfast.audit_seals ORDER BY number DESC LIMIT 1;
  SELECT count(*), sha256(coalesce(string_agg(digest, ''::bytea ORDER BY number), ''::bytea)) INTO many, whole
    FROM holdfast.audit_log WHERE xact < horizon AND (last.number IS NULL OR xact >= last.before_xact);
  IF many > 0 THEN
    INSERT INTO holdfast.audit_seals VALUES (coalesce(last.number, 0) + 1, clock_timestamp(), horizon, many,
      sha256(coalesce(last.head, ''::bytea) || convert_to(horizon::text || ' ' || many, 'UTF8') || whole));
  END IF;
  RETURN many;
END
$close$;
CREATE OR REPLACE FUNCTION holdfast.audit_close_in_passing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $passing$
DECLARE
  now_seconds bigint := extract(epoch FROM clock_timestamp())::bigint;
BEGIN
  IF coalesce(nullif(current_setting('holdfast.audit_closed', true), ''), '0')::bigint < now_seconds - 10 THEN
    PERFORM set_config('holdfast.audit_closed', now_seconds::text, false);
    IF current_setting('transaction_isolation') = 'read committed' AND pg_try_advisory_xact_lock(4850, 1) THEN
      IF coalesce((SELECT at < clock_timestamp() - interval '10 s' FROM holdfast.audit_seals ORDER BY number DESC LIMIT 1), true) THEN
        PERFORM holdfast.audit_close();
      END IF;
    END IF;
  END IF;
  RETURN NULL;
END
$passing$;
-- Lets go what the chain has covered for that long, and only where it is whole: evidence of a gap is never let go. The last
-- link of it stays, and what is left goes on from there.
CREATE OR REPLACE FUNCTION holdfast.audit_prune(keep interval) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $prune$
DECLARE
  before holdfast.audit_pruned;
  link holdfast.audit_seals;
  previous holdfast.audit_seals;
  many bigint;
  whole bytea;
  sound boolean;
  gone bigint := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(4850, 1);
  SELECT * INTO before FROM holdfast.audit_pruned ORDER BY number DESC LIMIT 1;
  previous.number := coalesce(before.last_seal, 0);
  previous.before_xact := before.before_xact;
  previous.head := before.head;
  FOR link IN SELECT * FROM holdfast.audit_seals WHERE number > coalesce(before.last_seal, 0) AND at < clock_timestamp() - keep
      ORDER BY number LIMIT 1000 LOOP
    SELECT count(*), sha256(coalesce(string_agg(e.digest, ''::bytea ORDER BY e.number), ''::bytea)),
           coalesce(bool_and(e.digest = holdfast.audit_digest(e)), true) INTO many, whole, sound
      FROM holdfast.audit_log e
     WHERE e.xact < link.before_xact AND (previous.before_xact IS NULL OR e.xact >= previous.before_xact);
    IF link.number <> previous.number + 1 OR many <> link.entries OR NOT sound OR link.head <> sha256(
         coalesce(previous.head, ''::bytea) || convert_to(link.before_xact::text || ' ' || link.entries, 'UTF8') || whole) THEN
      RAISE EXCEPTION 'link % of the chain does not come to what it says, so nothing from there on is let go', link.number
        USING ERRCODE = 'data_corrupted';
    END IF;
    gone := gone + many;
    previous := link;
  END LOOP;
  IF gone = 0 THEN
    RETURN 0;
  END IF;
  PERFORM set_config('holdfast.audit_pruning', pg_current_xact_id()::text, true);
  DELETE FROM holdfast.audit_log WHERE xact < previous.before_xact;
  DELETE FROM holdfast.audit_seals WHERE number < previous.number;
  PERFORM set_config('holdfast.audit_pruning', '', true);
  INSERT INTO holdfast.audit_pruned VALUES (coalesce(before.number, 0) + 1, clock_timestamp(), session_user, keep, previous.number,
    previous.before_xact, gone, previous.head, sha256(coalesce(before.digest, ''::bytea)
      || convert_to(previous.number || ' ' || previous.before_xact::text || ' ' || gone, 'UTF8') || previous.head));
  RETURN gone;
END
$prune$;
CREATE OR REPLACE FUNCTION holdfast.audit_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $refuse$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME <> 'audit_pruned' AND current_setting('holdfast.audit_pruning', true) = pg_current_xact_id_if_assigned()::text THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'the audit is only ever added to' USING ERRCODE = 'insufficient_privilege';
END
$refuse$;
CREATE OR REPLACE FUNCTION holdfast.audit_declared() RETURNS TABLE (schema_name name, table_name name, written text, without text)
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $declared$ VALUES {{tables}} $declared$;
CREATE OR REPLACE FUNCTION holdfast.audit_watch(watched regclass) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $watch$
DECLARE
  d record;
  old name;
BEGIN
  SELECT a.* INTO d FROM holdfast.audit_declared() a, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.oid = watched AND a.schema_name = n.nspname AND a.table_name = c.relname;
  FOR old IN SELECT tgname FROM pg_trigger WHERE tgrelid = watched AND tgname ~ '^zz_holdfast_audit' AND tgparentid = 0 LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', old, watched);
  END LOOP;
  EXECUTE format('CREATE TRIGGER zz_holdfast_audit AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION holdfast.audit_note(%L, %L)',
    watched, d.written, d.without);
  EXECUTE format('CREATE TRIGGER zz_holdfast_audit_truncate AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION holdfast.audit_note(%L, %L)',
    watched, d.written, d.without);
  EXECUTE format('CREATE TRIGGER zz_holdfast_audit_close AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION holdfast.audit_close_in_passing()',
    watched);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER zz_holdfast_audit, ENABLE ALWAYS TRIGGER zz_holdfast_audit_truncate', watched);
END
$watch$;
CREATE OR REPLACE FUNCTION holdfast.audit_guard() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $guard$
DECLARE
  found record;
BEGIN
  FOR found IN SELECT c.oid::regclass AS watched FROM pg_event_trigger_ddl_commands() e JOIN pg_class c ON c.oid = e.objid AND e.classid = 'pg_class'::regclass
      JOIN pg_namespace n ON n.oid = c.relnamespace JOIN holdfast.audit_declared() d ON d.schema_name = n.nspname AND d.table_name = c.relname
     WHERE c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'zz_holdfast_audit') LOOP
    PERFORM holdfast.audit_watch(found.watched);
  END LOOP;
END
$guard$;
CREATE OR REPLACE TRIGGER audit_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON holdfast.audit_log FOR EACH STATEMENT EXECUTE FUNCTION holdfast.audit_refuse();
CREATE OR REPLACE TRIGGER audit_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON holdfast.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION holdfast.audit_refuse();
CREATE OR REPLACE TRIGGER audit_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON holdfast.audit_pruned FOR EACH STATEMENT EXECUTE FUNCTION holdfast.audit_refuse();
ALTER TABLE holdfast.audit_pruned ENABLE ALWAYS TRIGGER audit_refuse;
ALTER TABLE holdfast.audit_log ENABLE ALWAYS TRIGGER audit_refuse;
ALTER TABLE holdfast.audit_seals ENABLE ALWAYS TRIGGER audit_refuse;
GRANT EXECUTE ON FUNCTION holdfast.audit_note(), holdfast.audit_close_in_passing(), holdfast.audit_declared(), holdfast.audit_watch(regclass) TO PUBLIC;
REVOKE ALL ON FUNCTION holdfast.audit_close(), holdfast.audit_prune(interval) FROM PUBLIC;
DO $mark$
DECLARE
  given record;
BEGIN
  FOR given IN SELECT DISTINCT c.oid::regclass AS what, c.relkind, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS whom
      FROM pg_class c, aclexplode(c.relacl) g WHERE c.relnamespace = 'holdfast'::regnamespace AND c.relname ~ '^audit_' AND g.grantee <> c.relowner LOOP
    EXECUTE format('REVOKE ALL ON %s %s FROM %s', CASE given.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, given.what, given.whom);
  END LOOP;
  IF current_setting('is_superuser') = 'on' THEN
    DROP EVENT TRIGGER IF EXISTS holdfast_audit;
    CREATE EVENT TRIGGER holdfast_audit ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
      EXECUTE FUNCTION holdfast.audit_guard();
    ALTER EVENT TRIGGER holdfast_audit ENABLE ALWAYS;
  END IF;
  EXECUTE format('COMMENT ON FUNCTION holdfast.audit_guard() IS %L', 'holdfast: audit {{mark}} ' || (
    SELECT md5(string_agg(pg_get_functiondef(oid), '' ORDER BY proname)) FROM pg_proc
     WHERE pronamespace = 'holdfast'::regnamespace AND proname ~ '^audit_'));
END
$mark$
