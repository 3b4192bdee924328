CREATE SCHEMA IF NOT EXISTS holdfast;
COMMENT ON SCHEMA holdfast IS 'holdfast: functions of Holdfast';
CREATE TABLE IF NOT EXISTS holdfast.ddl_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  login text NOT NULL,
  role text NOT NULL,
  client inet,
  program text NOT NULL,
  tag text NOT NULL,
  kind text,
  name text,
  statement text
);
COMMENT ON TABLE holdfast.ddl_log IS 'holdfast: who changed the shape of this database, and when; Holdfast itself is left out';
REVOKE ALL ON holdfast.ddl_log FROM PUBLIC;
CREATE OR REPLACE FUNCTION holdfast.ddl_log() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $log$
DECLARE
  program text := current_setting('application_name');
  granted text[];
  said text := CASE WHEN current_query() !~* 'password|secret' AND TG_TAG !~ '(SERVER|USER MAPPING|SUBSCRIPTION)$'
                    THEN left(current_query(), 500) END;
BEGIN
  IF program = 'holdfast' AND session_user ~ '^holdfast(~[12])?$' THEN
    RETURN;
  END IF;
  -- of GRANT and REVOKE the server tells an event trigger the kind of thing and not which: where there is one of them, its own words do
  IF TG_TAG IN ('GRANT', 'REVOKE') AND regexp_count(current_query(), '\m(GRANT|REVOKE)\M', 1, 'i') = 1 THEN
    granted := regexp_match(current_query(),
      '\mON\M\s+(?:(?:TABLE|SCHEMA|SEQUENCE|FUNCTION|PROCEDURE|ROUTINE|TYPE|DOMAIN|LANGUAGE)\M\s+)?(.+?)\s+\m(?:TO|FROM)\M', 'is');
  END IF;
  IF TG_EVENT = 'sql_drop' THEN
    INSERT INTO holdfast.ddl_log (login, role, client, program, tag, kind, name, statement)
    SELECT session_user, coalesce(nullif(current_setting('role'), 'none'), session_user), inet_client_addr(), program,
           TG_TAG, object_type, object_identity, said
      FROM pg_event_trigger_dropped_objects() WHERE original AND NOT is_temporary;
  ELSE
    INSERT INTO holdfast.ddl_log (login, role, client, program, tag, kind, name, statement)
    SELECT session_user, coalesce(nullif(current_setting('role'), 'none'), session_user), inet_client_addr(), program,
           command_tag, object_type, coalesce(object_identity, left(granted[1], 500)), said
      FROM pg_event_trigger_ddl_commands() WHERE NOT in_extension AND schema_name IS DISTINCT FROM 'pg_temp';
  END IF;
  -- bounded: ten thousand lines, and none that is older than four hundred days
  DELETE FROM holdfast.ddl_log WHERE id <= (SELECT max(l.id) FROM holdfast.ddl_log l) - 10000;
  IF (SELECT l.at FROM holdfast.ddl_log l ORDER BY l.id LIMIT 1) < clock_timestamp() - interval '400 days' THEN
    DELETE FROM holdfast.ddl_log WHERE at < clock_timestamp() - interval '400 days';
  END IF;
EXCEPTION WHEN OTHERS THEN
  -- whoever changes something must not fail because it could not be written down
  RAISE WARNING 'holdfast could not write down this change: %', SQLERRM;
END
$log$;
ALTER FUNCTION holdfast.ddl_log() OWNER TO holdfast;
REVOKE ALL ON FUNCTION holdfast.ddl_log() FROM PUBLIC;
DROP EVENT TRIGGER IF EXISTS holdfast_ddl;
CREATE EVENT TRIGGER holdfast_ddl ON ddl_command_end EXECUTE FUNCTION holdfast.ddl_log();
DROP EVENT TRIGGER IF EXISTS holdfast_drop;
CREATE EVENT TRIGGER holdfast_drop ON sql_drop EXECUTE FUNCTION holdfast.ddl_log();
