-- Leases, the work robots do, what is done to them, and who changed what.

CREATE TYPE lease_state AS ENUM ('offered', 'active', 'ended', 'cancelled');
CREATE TYPE task_state AS ENUM ('queued', 'assigned', 'running', 'done', 'failed', 'cancelled');
CREATE TYPE task_kind AS ENUM ('move', 'clean', 'pick', 'inspect', 'escort', 'charge');
CREATE TYPE work_order_state AS ENUM ('open', 'planned', 'in_progress', 'closed');
CREATE TYPE work_order_reason AS ENUM ('fault', 'wear', 'recall', 'upgrade', 'damage');
CREATE TYPE audit_action AS ENUM ('insert', 'update', 'delete');

CREATE TABLE leases (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint         NOT NULL REFERENCES organisations ON DELETE RESTRICT,
    number          text           NOT NULL CONSTRAINT leases_number_key UNIQUE CHECK (number ~ '^L-[0-9]{4}-[0-9]{6}$'),
    state           lease_state    NOT NULL DEFAULT 'offered',
    during          daterange      NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    daily_price     numeric(12, 2) NOT NULL CHECK (daily_price >= 0),
    currency        currency       NOT NULL DEFAULT 'EUR',
    signed_by       bigint         REFERENCES people ON DELETE RESTRICT,
    created_at      timestamptz    NOT NULL DEFAULT now(),
    updated_at      timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT leases_organisation_key UNIQUE (organisation_id, id),
    CONSTRAINT leases_active_is_signed CHECK (state NOT IN ('active', 'ended') OR signed_by IS NOT NULL)
);
CREATE INDEX leases_state_idx ON leases (organisation_id, state) WHERE state IN ('offered', 'active');
CREATE INDEX leases_ending_idx ON leases (upper(during)) WHERE state = 'active';
CREATE INDEX leases_signed_by_idx ON leases (signed_by) WHERE signed_by IS NOT NULL;

CREATE TABLE lease_robots (
    lease_id        bigint      NOT NULL,
    robot_id        bigint      NOT NULL,
    organisation_id bigint      NOT NULL,
    during          daterange   NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (lease_id, robot_id, during),
    CONSTRAINT lease_robots_lease_fkey FOREIGN KEY (organisation_id, lease_id)
        REFERENCES leases (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT lease_robots_robot_fkey FOREIGN KEY (organisation_id, robot_id)
        REFERENCES robots (organisation_id, id) ON DELETE RESTRICT,
    CONSTRAINT lease_robots_one_lease_at_a_time EXCLUDE USING gist (robot_id WITH =, during WITH &&)
);
CREATE INDEX lease_robots_lease_idx ON lease_robots (organisation_id, lease_id);
CREATE INDEX lease_robots_robot_idx ON lease_robots (organisation_id, robot_id);

CREATE TABLE tasks (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint      NOT NULL REFERENCES organisations ON DELETE RESTRICT,
    fleet_id        bigint      NOT NULL,
    robot_id        bigint,
    requested_by    bigint      REFERENCES people ON DELETE SET NULL,
    kind            task_kind   NOT NULL,
    state           task_state  NOT NULL DEFAULT 'queued',
    priority        smallint    NOT NULL DEFAULT 5 CHECK (priority BETWEEN 1 AND 9),
    input           jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(input) = 'object'),
    result          jsonb,
    request_key     uuid        NOT NULL DEFAULT gen_random_uuid(),
    not_before      timestamptz NOT NULL DEFAULT now(),
    due_at          timestamptz,
    started_at      timestamptz,
    ended_at        timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tasks_organisation_key UNIQUE (organisation_id, id),
    CONSTRAINT tasks_request_key UNIQUE (organisation_id, request_key),
    CONSTRAINT tasks_fleet_fkey FOREIGN KEY (organisation_id, fleet_id)
        REFERENCES fleets (organisation_id, id) ON DELETE RESTRICT,
    CONSTRAINT tasks_robot_fkey FOREIGN KEY (organisation_id, robot_id)
        REFERENCES robots (organisation_id, id) ON DELETE RESTRICT,
    CONSTRAINT tasks_assigned_has_a_robot
        CHECK (state IN ('queued', 'cancelled') OR robot_id IS NOT NULL),
    CONSTRAINT tasks_running_says_since_when
        CHECK (state NOT IN ('running', 'done') OR started_at IS NOT NULL),
    CONSTRAINT tasks_ended_says_when
        CHECK ((state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CONSTRAINT tasks_end_after_they_start CHECK (ended_at >= started_at)
) WITH (fillfactor = 85);
COMMENT ON COLUMN tasks.request_key IS 'Given by the caller, so that a request sent twice makes one task.';
CREATE INDEX tasks_queue_idx ON tasks (fleet_id, priority, not_before, id) WHERE state = 'queued';
CREATE INDEX tasks_fleet_idx ON tasks (organisation_id, fleet_id, created_at DESC);
CREATE INDEX tasks_robot_idx ON tasks (organisation_id, robot_id, created_at DESC) WHERE robot_id IS NOT NULL;
CREATE UNIQUE INDEX tasks_one_at_a_time_key ON tasks (robot_id) WHERE state IN ('assigned', 'running');
CREATE INDEX tasks_requested_by_idx ON tasks (requested_by) WHERE requested_by IS NOT NULL;
CREATE INDEX tasks_overdue_idx ON tasks (due_at) WHERE state IN ('queued', 'assigned', 'running');
CREATE INDEX tasks_input_idx ON tasks USING gin (input jsonb_path_ops);

CREATE TABLE task_events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id     bigint      NOT NULL REFERENCES tasks ON DELETE CASCADE,
    robot_id    bigint      REFERENCES robots ON DELETE RESTRICT,
    before      task_state,
    after       task_state  NOT NULL,
    note        text        CHECK (length(note) <= 2000),
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT task_events_are_changes CHECK (before IS DISTINCT FROM after)
);
COMMENT ON TABLE task_events IS 'Every step of every task, written by its trigger and by nobody else.';
CREATE INDEX task_events_task_idx ON task_events (task_id, happened_at);
CREATE INDEX task_events_robot_idx ON task_events (robot_id, happened_at) WHERE robot_id IS NOT NULL;
CREATE INDEX task_events_happened_idx ON task_events USING brin (happened_at);

CREATE TABLE work_orders (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint            NOT NULL REFERENCES organisations ON DELETE RESTRICT,
    robot_id        bigint            NOT NULL,
    component_id    bigint            REFERENCES components ON DELETE RESTRICT,
    technician_id   bigint            REFERENCES people ON DELETE SET NULL,
    reason          work_order_reason NOT NULL,
    state           work_order_state  NOT NULL DEFAULT 'open',
    severity        smallint          NOT NULL DEFAULT 3 CHECK (severity BETWEEN 1 AND 5),
    description     text              NOT NULL CHECK (length(description) BETWEEN 1 AND 10000),
    planned         tstzrange         CHECK (NOT isempty(planned)),
    closed_at       timestamptz,
    created_at      timestamptz       NOT NULL DEFAULT now(),
    updated_at      timestamptz       NOT NULL DEFAULT now(),
    CONSTRAINT work_orders_robot_fkey FOREIGN KEY (organisation_id, robot_id)
        REFERENCES robots (organisation_id, id) ON DELETE RESTRICT,
    CONSTRAINT work_orders_closed_says_when CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT work_orders_planned_says_for_when CHECK (state <> 'planned' OR planned IS NOT NULL),
    CONSTRAINT work_orders_one_place_at_a_time EXCLUDE USING gist (technician_id WITH =, planned WITH &&)
        WHERE (state IN ('planned', 'in_progress'))
);
CREATE INDEX work_orders_robot_idx ON work_orders (organisation_id, robot_id);
CREATE INDEX work_orders_component_idx ON work_orders (component_id) WHERE component_id IS NOT NULL;
CREATE INDEX work_orders_technician_idx ON work_orders (technician_id) WHERE technician_id IS NOT NULL;
CREATE INDEX work_orders_open_idx ON work_orders (organisation_id, severity, created_at) WHERE state <> 'closed';
CREATE INDEX work_orders_description_idx ON work_orders USING gin (to_tsvector('simple', description));

CREATE TABLE audit_entries (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at     timestamptz  NOT NULL DEFAULT clock_timestamp(),
    transaction     xid8         NOT NULL DEFAULT pg_current_xact_id(),
    role            text         NOT NULL DEFAULT session_user,
    person_id       bigint,
    relation        name         NOT NULL,
    action          audit_action NOT NULL,
    row_key         jsonb        NOT NULL,
    organisation_id bigint,
    old_values      jsonb,
    new_values      jsonb
);
COMMENT ON TABLE audit_entries IS
    'Who changed what. Only the values that differ are kept. No reference to other tables: it has to outlive them.';
CREATE INDEX audit_entries_row_idx ON audit_entries (relation, row_key);
CREATE INDEX audit_entries_person_idx ON audit_entries (person_id, happened_at) WHERE person_id IS NOT NULL;
CREATE INDEX audit_entries_organisation_idx ON audit_entries (organisation_id, happened_at)
    WHERE organisation_id IS NOT NULL;
CREATE INDEX audit_entries_happened_idx ON audit_entries USING brin (happened_at);

-- The arguments are the columns of the primary key. Columns that hold a secret or change with every breath are left out.
CREATE FUNCTION audit() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    unaudited CONSTANT text[] := ARRAY ['updated_at', 'last_seen_at', 'last_used_at', 'battery_percent',
        'password_hash', 'key_hash'];
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - unaudited END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - unaudited END;
    any_row CONSTANT jsonb := coalesce(new_row, old_row);
    key jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, n.value)
          INTO old_row, new_row
          FROM jsonb_each(old_row) AS o
          JOIN jsonb_each(new_row) AS n USING (key)
         WHERE o.value IS DISTINCT FROM n.value;
        IF old_row IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    SELECT jsonb_object_agg(c.name, any_row -> c.name) INTO key FROM unnest(TG_ARGV) AS c (name);
    INSERT INTO public.audit_entries (person_id, relation, action, row_key, organisation_id, old_values, new_values)
    VALUES (nullif(current_setting('sepulki.person_id', true), '')::bigint,
            TG_TABLE_NAME, lower(TG_OP)::public.audit_action, key,
            (any_row ->> 'organisation_id')::bigint, old_row, new_row);
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION audit() FROM PUBLIC;

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% is written once and never changed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation',
              HINT = 'Insert a row that says what is right; drop the rows of a closed year with the migrator.';
END;
$$;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR TRUNCATE ON task_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A task goes forward only: queued → assigned → running → done or failed; a failed one may be queued again.
CREATE FUNCTION follow_task() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NOT (CASE OLD.state
            WHEN 'queued' THEN NEW.state IN ('assigned', 'cancelled')
            WHEN 'assigned' THEN NEW.state IN ('queued', 'running', 'failed', 'cancelled')
            WHEN 'running' THEN NEW.state IN ('done', 'failed', 'cancelled')
            WHEN 'failed' THEN NEW.state = 'queued'
            ELSE false
        END) THEN
        RAISE EXCEPTION 'task % cannot go from % to %', NEW.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', TABLE = 'tasks', COLUMN = 'state';
    END IF;
    INSERT INTO public.task_events (task_id, robot_id, before, after)
    VALUES (NEW.id, NEW.robot_id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END, NEW.state);
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION follow_task() FROM PUBLIC;
CREATE TRIGGER follow_new AFTER INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION follow_task();
CREATE TRIGGER follow_state AFTER UPDATE OF state ON tasks FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION follow_task();

DO $$
DECLARE
    target regclass;
    columns text;
BEGIN
    FOREACH target IN ARRAY ARRAY ['leases', 'lease_robots', 'tasks', 'work_orders']::regclass[]
    LOOP
        EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON %s FOR EACH ROW'
            || ' WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch()', target);
    END LOOP;
    FOREACH target IN ARRAY ARRAY ['organisations', 'people', 'memberships', 'api_keys', 'models', 'sites', 'fleets',
        'robots', 'leases', 'lease_robots', 'work_orders']::regclass[]
    LOOP
        SELECT string_agg(quote_literal(a.attname), ', ' ORDER BY k.place)
          INTO STRICT columns
          FROM pg_constraint AS c
         CROSS JOIN unnest(c.conkey) WITH ORDINALITY AS k (number, place)
          JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number
         WHERE c.conrelid = target AND c.contype = 'p';
        EXECUTE format('CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW'
            || ' EXECUTE FUNCTION audit(%s)', target, columns);
    END LOOP;
END;
$$;
