-- What thinks (engines: a model somewhere) and what acts (agents: a task for an engine).

CREATE TYPE engine_kind AS ENUM ('edge', 'cloud');

CREATE TABLE engines (
  tenant_id  uuid        NOT NULL,
  id         uuid        NOT NULL DEFAULT gen_random_uuid(),
  name       text        NOT NULL,
  kind       engine_kind NOT NULL,
  model      text        NOT NULL,
  settings   jsonb       NOT NULL DEFAULT '{}',
  retired_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT engines_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT engines_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
  CONSTRAINT engines_name_key UNIQUE (tenant_id, name),
  CONSTRAINT engines_settings_is_an_object CHECK (jsonb_typeof(settings) = 'object')
);

CREATE TRIGGER engines_touch
  BEFORE UPDATE ON engines
  FOR EACH ROW
  WHEN (OLD IS DISTINCT FROM NEW)
  EXECUTE FUNCTION touch_updated_at();

CREATE TYPE agent_state AS ENUM ('draft', 'active', 'paused', 'retired');

CREATE TABLE agents_base (
  tenant_id  uuid        NOT NULL,
  id         uuid        NOT NULL DEFAULT gen_random_uuid(),
  engine_id  uuid        NOT NULL,
  owner_id   uuid,
  name       text        NOT NULL,
  state      agent_state NOT NULL DEFAULT 'draft',
  prompt     text        NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT agents_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT agents_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
  CONSTRAINT agents_engine_fkey FOREIGN KEY (tenant_id, engine_id) REFERENCES engines (tenant_id, id),
  -- an agent outlives the person who made it; only the person's column is emptied, the tenant stays
  CONSTRAINT agents_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
    ON DELETE SET NULL (owner_id),
  CONSTRAINT agents_name_key UNIQUE (tenant_id, name)
);

CREATE INDEX agents_engine_idx ON agents_base (tenant_id, engine_id);

CREATE INDEX agents_owner_idx ON agents_base (tenant_id, owner_id) WHERE owner_id IS NOT NULL;

CREATE INDEX agents_active_idx ON agents_base (tenant_id, name) WHERE state = 'active';

CREATE TRIGGER agents_touch
  BEFORE UPDATE ON agents_base
  FOR EACH ROW
  WHEN (OLD IS DISTINCT FROM NEW)
  EXECUTE FUNCTION touch_updated_at();
