-- What only the server can tell of a statement comes as a message of level INFO, which no client_min_messages keeps back
-- and no rollback takes back.
CREATE SCHEMA IF NOT EXISTS holdfast;
COMMENT ON SCHEMA holdfast IS 'made by Holdfast for its own use';

CREATE OR REPLACE FUNCTION holdfast.rehearsal_rewrites() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE INFO 'holdfast-rehearsal %', json_build_object(
        'what', 'rewrite',
        'oid', pg_event_trigger_table_rewrite_oid()::bigint,
        'reason', pg_event_trigger_table_rewrite_reason());
END $$;

CREATE OR REPLACE FUNCTION holdfast.rehearsal_drops() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    gone record;
BEGIN
    FOR gone IN
        SELECT object_type, object_identity, objid, original
          FROM pg_event_trigger_dropped_objects()
         WHERE NOT is_temporary AND (original OR object_type IN ('table', 'materialized view'))
         LIMIT 500
    LOOP
        RAISE INFO 'holdfast-rehearsal %', json_build_object(
            'what', 'drop', 'kind', gone.object_type, 'name', gone.object_identity, 'oid', gone.objid::bigint);
    END LOOP;
END $$;

DROP EVENT TRIGGER IF EXISTS holdfast_rehearsal_rewrites;
DROP EVENT TRIGGER IF EXISTS holdfast_rehearsal_drops;
CREATE EVENT TRIGGER holdfast_rehearsal_rewrites ON table_rewrite EXECUTE FUNCTION holdfast.rehearsal_rewrites();
CREATE EVENT TRIGGER holdfast_rehearsal_drops ON sql_drop EXECUTE FUNCTION holdfast.rehearsal_drops();
