-- What robots report, some once a second: partitioned by month, so that a month is dropped and never deleted.

CREATE TYPE fault AS ENUM ('battery', 'drive', 'sensor', 'gripper', 'network', 'obstacle', 'emergency_stop');

CREATE TABLE telemetry (
    robot_id        bigint      NOT NULL REFERENCES robots ON DELETE RESTRICT,
    measured_at     timestamptz NOT NULL,
    received_at     timestamptz NOT NULL DEFAULT now(),
    task_id         bigint,
    battery_percent real        NOT NULL CHECK (battery_percent BETWEEN 0 AND 100),
    temperature_c   real        CHECK (temperature_c BETWEEN -60 AND 200),
    speed_mps       real        CHECK (speed_mps >= 0),
    place           point,
    fault           fault,
    readings        jsonb       CHECK (jsonb_typeof(readings) = 'object'),
    PRIMARY KEY (robot_id, measured_at)
) PARTITION BY RANGE (measured_at);
COMMENT ON TABLE telemetry IS
    'One report of one robot. The primary key makes a report that is sent twice a conflict, which ingestion ignores.';
COMMENT ON COLUMN telemetry.task_id IS 'No reference: a report is worth keeping when its task is gone.';
CREATE INDEX telemetry_measured_idx ON telemetry USING brin (measured_at) WITH (pages_per_range = 32);
CREATE INDEX telemetry_faults_idx ON telemetry (fault, measured_at) WHERE fault IS NOT NULL;
CREATE INDEX telemetry_task_idx ON telemetry (task_id, measured_at) WHERE task_id IS NOT NULL;

-- Robots with a wrong clock, and months nobody has prepared: nothing that is reported is lost.
CREATE TABLE telemetry_rest PARTITION OF telemetry DEFAULT;

CREATE FUNCTION create_telemetry_partitions(since date, months integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path = public, pg_catalog, pg_temp
    SET lock_timeout = '5s'
AS $$
DECLARE
    first date;
    next date;
    partition name;
    created integer := 0;
BEGIN
    IF months NOT BETWEEN 1 AND 120 THEN
        RAISE EXCEPTION 'between 1 and 120 months can be prepared at once, not %', months
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR step IN 0 .. months - 1 LOOP
        first := date_trunc('month', since)::date + make_interval(months => step);
        next := first + interval '1 month';
        partition := 'telemetry_' || to_char(first, 'YYYY_MM');
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE telemetry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
        -- What had gone to the rest moves first, or the partition would contradict it. UTC, whatever the session says.
        EXECUTE format('WITH moved AS (DELETE FROM telemetry_rest WHERE measured_at >= %1$L AND measured_at < %2$L'
            || ' RETURNING *) INSERT INTO %3$I SELECT * FROM moved',
            first::timestamp AT TIME ZONE 'UTC', next::timestamp AT TIME ZONE 'UTC', partition);
        EXECUTE format('ALTER TABLE telemetry ATTACH PARTITION %1$I FOR VALUES FROM (%2$L) TO (%3$L)', partition,
            first::timestamp AT TIME ZONE 'UTC', next::timestamp AT TIME ZONE 'UTC');
        created := created + 1;
    END LOOP;
    RETURN created;
END;
$$;
COMMENT ON FUNCTION create_telemetry_partitions(date, integer) IS
    'Prepares so many months from that day on; those that are there are left alone. Run it monthly, as the owner.';

CREATE FUNCTION drop_telemetry_partitions(before date) RETURNS integer
    LANGUAGE plpgsql
    SET search_path = public, pg_catalog, pg_temp
    SET lock_timeout = '5s'
AS $$
DECLARE
    partition regclass;
    dropped integer := 0;
BEGIN
    FOR partition IN
        SELECT c.oid::regclass
          FROM pg_inherits AS i
          JOIN pg_class AS c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'telemetry'::regclass
           AND c.relname ~ '^telemetry_[0-9]{4}_[0-9]{2}$'
           AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before
         ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %s', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END;
$$;
COMMENT ON FUNCTION drop_telemetry_partitions(date) IS 'Drops the months that had ended by that day.';

REVOKE EXECUTE ON FUNCTION create_telemetry_partitions(date, integer), drop_telemetry_partitions(date) FROM PUBLIC;

SELECT create_telemetry_partitions((now() AT TIME ZONE 'UTC' - interval '1 month')::date, 4);
