-- Who is there, what a robot is, and where each one stands.
--
-- Three rules hold in every file of this folder:
--   * what belongs to an organisation carries its id, and every reference between two such things goes through
--     (organisation_id, id): no robot can be put into the fleet of somebody else, whatever a program does;
--   * a moment is a timestamptz, a span of time is a range, an amount of money has its currency beside it;
--   * a rule that can be a constraint is one.

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE DOMAIN currency AS text
    CONSTRAINT currency_is_iso_4217 CHECK (VALUE ~ '^[A-Z]{3}$');
CREATE DOMAIN country AS text
    CONSTRAINT country_is_iso_3166 CHECK (VALUE ~ '^[A-Z]{2}$');
CREATE DOMAIN email AS citext
    CONSTRAINT email_has_one_at CHECK (VALUE ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' AND length(VALUE) <= 254);
CREATE DOMAIN slug AS text
    CONSTRAINT slug_is_plain CHECK (VALUE ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$');

CREATE TYPE organisation_state AS ENUM ('trial', 'active', 'suspended', 'closed');
CREATE TYPE member_role AS ENUM ('owner', 'operator', 'technician', 'viewer');
CREATE TYPE api_scope AS ENUM ('read', 'dispatch', 'telemetry', 'admin');
CREATE TYPE robot_kind AS ENUM ('carrier', 'cleaner', 'arm', 'inspector', 'guide');
CREATE TYPE component_kind AS ENUM ('chassis', 'drive', 'battery', 'sensor', 'gripper', 'computer');
CREATE TYPE robot_state AS ENUM ('assembling', 'idle', 'working', 'charging', 'faulty', 'maintenance', 'retired');

CREATE FUNCTION touch() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION touch() IS 'Keeps updated_at. Its triggers fire only where the row really changes.';

CREATE TABLE organisations (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug       slug               NOT NULL CONSTRAINT organisations_slug_key UNIQUE,
    name       text               NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    state      organisation_state NOT NULL DEFAULT 'trial',
    country    country            NOT NULL,
    currency   currency           NOT NULL DEFAULT 'EUR',
    settings   jsonb              NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    created_at timestamptz        NOT NULL DEFAULT now(),
    updated_at timestamptz        NOT NULL DEFAULT now(),
    closed_at  timestamptz,
    CONSTRAINT organisations_closed_says_when CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
COMMENT ON TABLE organisations IS 'Those who rent robots. Nothing of theirs is ever deleted while it can be billed.';
CREATE INDEX organisations_state_idx ON organisations (state) WHERE state <> 'active';

CREATE TABLE people (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email         email       NOT NULL CONSTRAINT people_email_key UNIQUE,
    name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    password_hash text        CHECK (password_hash LIKE '$argon2id$%'),
    last_seen_at  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz
);
COMMENT ON COLUMN people.password_hash IS 'Argon2id in PHC form; null for those who come from an identity provider.';
CREATE INDEX people_name_trgm_idx ON people USING gin (name gin_trgm_ops);

CREATE TABLE memberships (
    organisation_id bigint      NOT NULL REFERENCES organisations ON DELETE CASCADE,
    person_id       bigint      NOT NULL REFERENCES people ON DELETE CASCADE,
    role            member_role NOT NULL DEFAULT 'viewer',
    invited_by      bigint      REFERENCES people ON DELETE SET NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, person_id),
    CONSTRAINT memberships_nobody_invites_himself CHECK (invited_by <> person_id)
);
CREATE INDEX memberships_person_idx ON memberships (person_id);
CREATE INDEX memberships_invited_by_idx ON memberships (invited_by) WHERE invited_by IS NOT NULL;
CREATE UNIQUE INDEX memberships_one_owner_key ON memberships (organisation_id) WHERE role = 'owner';

CREATE TABLE api_keys (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint      NOT NULL REFERENCES organisations ON DELETE CASCADE,
    created_by      bigint      REFERENCES people ON DELETE SET NULL,
    name            text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    key_hash        bytea       NOT NULL CONSTRAINT api_keys_hash_key UNIQUE CHECK (length(key_hash) = 32),
    scopes          api_scope[] NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 4),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL DEFAULT now() + interval '90 days',
    revoked_at      timestamptz,
    last_used_at    timestamptz,
    CONSTRAINT api_keys_expire_within_a_year CHECK (expires_at <= created_at + interval '366 days')
);
COMMENT ON COLUMN api_keys.key_hash IS 'SHA-256 of the key. The key itself is shown once and kept nowhere.';
CREATE UNIQUE INDEX api_keys_name_key ON api_keys (organisation_id, name) WHERE revoked_at IS NULL;
CREATE INDEX api_keys_organisation_idx ON api_keys (organisation_id);
CREATE INDEX api_keys_created_by_idx ON api_keys (created_by) WHERE created_by IS NOT NULL;
CREATE INDEX api_keys_expires_idx ON api_keys (expires_at) WHERE revoked_at IS NULL;

CREATE TABLE models (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code           slug         NOT NULL CONSTRAINT models_code_key UNIQUE,
    name           text         NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    kind           robot_kind   NOT NULL,
    payload_kg     numeric(7, 2) NOT NULL CHECK (payload_kg >= 0),
    runtime        interval     NOT NULL CHECK (runtime > interval '0'),
    daily_price    numeric(12, 2) NOT NULL CHECK (daily_price >= 0),
    price_currency currency     NOT NULL DEFAULT 'EUR',
    specification  jsonb        NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(specification) = 'object'),
    created_at     timestamptz  NOT NULL DEFAULT now(),
    updated_at     timestamptz  NOT NULL DEFAULT now(),
    withdrawn_at   timestamptz
);
CREATE INDEX models_kind_idx ON models (kind) WHERE withdrawn_at IS NULL;
CREATE INDEX models_specification_idx ON models USING gin (specification jsonb_path_ops);

CREATE TABLE components (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    part       text           NOT NULL CONSTRAINT components_part_key UNIQUE CHECK (part ~ '^[A-Z]{2}-[0-9]{4}$'),
    name       text           NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    kind       component_kind NOT NULL,
    mass_kg    numeric(7, 3)  NOT NULL CHECK (mass_kg > 0),
    lifetime   interval       CHECK (lifetime > interval '0'),
    created_at timestamptz    NOT NULL DEFAULT now(),
    updated_at timestamptz    NOT NULL DEFAULT now()
);
COMMENT ON COLUMN components.lifetime IS 'How long it works before it has to be changed; null for what does not wear.';
CREATE INDEX components_kind_idx ON components (kind);

CREATE TABLE model_components (
    model_id     bigint      NOT NULL REFERENCES models ON DELETE CASCADE,
    component_id bigint      NOT NULL REFERENCES components ON DELETE RESTRICT,
    quantity     integer     NOT NULL DEFAULT 1 CHECK (quantity BETWEEN 1 AND 100),
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (model_id, component_id)
);
CREATE INDEX model_components_component_idx ON model_components (component_id);

CREATE TABLE sites (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint      NOT NULL REFERENCES organisations ON DELETE RESTRICT,
    code            slug        NOT NULL,
    name            text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    time_zone       text        NOT NULL DEFAULT 'UTC' CHECK (time_zone ~ '^[A-Z][A-Za-z0-9_+/-]{1,63}$'),
    location        point       NOT NULL CHECK (location[0] BETWEEN -180 AND 180 AND location[1] BETWEEN -90 AND 90),
    address         jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(address) = 'object'),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sites_organisation_key UNIQUE (organisation_id, id),
    CONSTRAINT sites_code_key UNIQUE (organisation_id, code)
);
COMMENT ON COLUMN sites.location IS 'Longitude and latitude in degrees, in that order.';
CREATE INDEX sites_location_idx ON sites USING gist (location);
CREATE INDEX sites_name_trgm_idx ON sites USING gin (name gin_trgm_ops);

CREATE TABLE fleets (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint      NOT NULL REFERENCES organisations ON DELETE RESTRICT,
    site_id         bigint      NOT NULL,
    name            text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fleets_organisation_key UNIQUE (organisation_id, id),
    CONSTRAINT fleets_name_key UNIQUE (organisation_id, name),
    CONSTRAINT fleets_site_fkey FOREIGN KEY (organisation_id, site_id)
        REFERENCES sites (organisation_id, id) ON DELETE RESTRICT
);
CREATE INDEX fleets_site_idx ON fleets (organisation_id, site_id);

CREATE TABLE robots (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint        NOT NULL REFERENCES organisations ON DELETE RESTRICT,
    model_id        bigint        NOT NULL REFERENCES models ON DELETE RESTRICT,
    fleet_id        bigint,
    serial          text          NOT NULL CONSTRAINT robots_serial_key UNIQUE CHECK (serial ~ '^SPK-[0-9]{8}$'),
    name            text          NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    state           robot_state   NOT NULL DEFAULT 'assembling',
    firmware        text          NOT NULL DEFAULT '0.0.0' CHECK (firmware ~ '^[0-9]+\.[0-9]+\.[0-9]+$'),
    battery_percent smallint      CHECK (battery_percent BETWEEN 0 AND 100),
    last_seen_at    timestamptz,
    built_on        date,
    retired_at      timestamptz,
    created_at      timestamptz   NOT NULL DEFAULT now(),
    updated_at      timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT robots_organisation_key UNIQUE (organisation_id, id),
    CONSTRAINT robots_name_key UNIQUE (organisation_id, name),
    CONSTRAINT robots_fleet_fkey FOREIGN KEY (organisation_id, fleet_id)
        REFERENCES fleets (organisation_id, id) ON DELETE SET NULL (fleet_id),
    CONSTRAINT robots_retired_says_when CHECK ((state = 'retired') = (retired_at IS NOT NULL))
) WITH (fillfactor = 80);
COMMENT ON TABLE robots IS 'One row a robot. A fillfactor below 100 keeps the many updates of state and battery on their page.';
CREATE INDEX robots_fleet_idx ON robots (organisation_id, fleet_id) WHERE fleet_id IS NOT NULL;
CREATE INDEX robots_model_idx ON robots (model_id);
CREATE INDEX robots_attention_idx ON robots (organisation_id, state) WHERE state IN ('faulty', 'maintenance');
CREATE INDEX robots_idle_idx ON robots (fleet_id, id) WHERE state = 'idle';

DO $$
DECLARE
    target regclass;
BEGIN
    FOREACH target IN ARRAY ARRAY ['organisations', 'people', 'memberships', 'api_keys', 'models', 'components',
        'model_components', 'sites', 'fleets', 'robots']::regclass[]
    LOOP
        EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON %s FOR EACH ROW'
            || ' WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch()', target);
    END LOOP;
END;
$$;
