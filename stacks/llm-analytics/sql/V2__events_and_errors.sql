CREATE TYPE ops.severity AS ENUM ('info', 'warning', 'critical');

CREATE TABLE ops.system_events (
  occurred_at timestamptz NOT NULL DEFAULT now(),
  id bigint GENERATED ALWAYS AS IDENTITY,
  component text NOT NULL CHECK (component <> ''),
  severity ops.severity NOT NULL DEFAULT 'info',
  message text NOT NULL CHECK (message <> ''),
  details jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
  PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX ON ops.system_events (occurred_at) WHERE severity = 'critical';

CREATE TABLE ops.error_logs (
  occurred_at timestamptz NOT NULL DEFAULT now(),
  id bigint GENERATED ALWAYS AS IDENTITY,
  request_id uuid,
  model text REFERENCES llm.models,
  code text NOT NULL CHECK (code <> ''),
  message text NOT NULL,
  retryable boolean NOT NULL DEFAULT false,
  PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX ON ops.error_logs (code, occurred_at);
CREATE INDEX ON ops.error_logs (model, occurred_at) WHERE model IS NOT NULL;
