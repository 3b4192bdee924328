-- What programs call. Everything here can be replaced at any time: it holds no data.

CREATE OR REPLACE FUNCTION claim_task(claiming_robot bigint) RETURNS SETOF tasks
    LANGUAGE sql
    SET search_path = public, pg_catalog, pg_temp
AS $$
    UPDATE tasks
       SET state = 'assigned', robot_id = claiming_robot
     WHERE id = (SELECT t.id
                   FROM tasks AS t
                   JOIN robots AS r ON r.fleet_id = t.fleet_id
                  WHERE r.id = claiming_robot AND r.state = 'idle'
                    AND t.state = 'queued' AND t.not_before <= now()
                  ORDER BY t.priority, t.not_before, t.id
                  LIMIT 1
                    FOR UPDATE OF t SKIP LOCKED)
    RETURNING *;
$$;
COMMENT ON FUNCTION claim_task(bigint) IS
    'Gives the robot the most urgent task of its fleet, or no row. Two robots never get the same one, and neither waits.';

CREATE OR REPLACE FUNCTION report_telemetry(reports jsonb) RETURNS integer
    LANGUAGE sql
    SET search_path = public, pg_catalog, pg_temp
AS $$
    WITH written AS (
        INSERT INTO telemetry (robot_id, measured_at, task_id, battery_percent, temperature_c, speed_mps, fault, readings)
        SELECT robot_id, measured_at, task_id, battery_percent, temperature_c, speed_mps, fault, readings
          FROM jsonb_to_recordset(reports) AS r (robot_id bigint, measured_at timestamptz, task_id bigint,
               battery_percent real, temperature_c real, speed_mps real, fault fault, readings jsonb)
            ON CONFLICT (robot_id, measured_at) DO NOTHING
        RETURNING robot_id, measured_at, battery_percent
    ), newest AS (
        SELECT DISTINCT ON (robot_id) robot_id, measured_at, battery_percent
          FROM written
         ORDER BY robot_id, measured_at DESC
    ), seen AS (
        UPDATE robots AS r
           SET last_seen_at = n.measured_at, battery_percent = round(n.battery_percent)
          FROM newest AS n
         WHERE r.id = n.robot_id AND (r.last_seen_at IS NULL OR r.last_seen_at < n.measured_at)
    )
    SELECT count(*)::integer FROM written;
$$;
COMMENT ON FUNCTION report_telemetry(jsonb) IS 'Takes an array of reports; returns how many were new.';
