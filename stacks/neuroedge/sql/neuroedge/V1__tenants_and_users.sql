-- Whose data it is, and who may touch it. That rows of one tenant are never seen by another is not written here: the stack
-- file declares it, and the server closes each table in the statement that makes it.

CREATE TYPE tenant_plan AS ENUM ('trial', 'team', 'enterprise');

CREATE TABLE tenants (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name       text        NOT NULL,
  plan       tenant_plan NOT NULL DEFAULT 'trial',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT tenants_name_key UNIQUE (name),
  CONSTRAINT tenants_name_is_a_slug CHECK (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')
);

COMMENT ON COLUMN tenants.name IS 'the first part of the tenant''s address: acme in acme.neuroedge.example';

CREATE TYPE user_role AS ENUM ('viewer', 'member', 'admin');

-- The tenant leads every key: it is the first thing every query knows, and with it in the key no reference can leave the
-- tenant, which matters because the server checks references past every policy.
CREATE TABLE users (
  tenant_id     uuid        NOT NULL,
  id            uuid        NOT NULL DEFAULT gen_random_uuid(),
  email         citext      NOT NULL,
  role          user_role   NOT NULL DEFAULT 'viewer',
  password_hash text,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT users_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
  CONSTRAINT users_email_key UNIQUE (tenant_id, email),
  CONSTRAINT users_email_has_an_at CHECK (email LIKE '_%@_%')
);

CREATE FUNCTION touch_updated_at() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog
AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

CREATE TRIGGER users_touch
  BEFORE UPDATE ON users
  FOR EACH ROW
  WHEN (OLD IS DISTINCT FROM NEW)
  EXECUTE FUNCTION touch_updated_at();
