CREATE TYPE llm.request_status AS ENUM ('ok', 'error', 'timeout', 'throttled', 'refused');
CREATE TYPE llm.token_kind AS ENUM ('prompt', 'completion', 'cached', 'reasoning');

CREATE TABLE llm.models (
  model text PRIMARY KEY CHECK (model ~ '^[a-z0-9][a-z0-9.:-]{0,62}$'),
  provider text NOT NULL CHECK (provider <> ''),
  currency char(3) NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
  prompt_price numeric(12, 6) NOT NULL CHECK (prompt_price >= 0),
  completion_price numeric(12, 6) NOT NULL CHECK (completion_price >= 0),
  latency_budget_ms int NOT NULL DEFAULT 5000 CHECK (latency_budget_ms > 0),
  retired_at timestamptz
);
COMMENT ON COLUMN llm.models.prompt_price IS 'of a million tokens';
COMMENT ON COLUMN llm.models.completion_price IS 'of a million tokens';

-- No foreign key points at a table of a time: its old partitions are dropped, and each key would have to be looked up first.
CREATE TABLE llm.llm_requests (
  requested_at timestamptz NOT NULL DEFAULT now(),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  model text NOT NULL REFERENCES llm.models,
  application text NOT NULL CHECK (application <> ''),
  status llm.request_status NOT NULL,
  latency_ms int NOT NULL CHECK (latency_ms >= 0),
  first_token_ms int CHECK (first_token_ms BETWEEN 0 AND latency_ms),
  prompt_tokens int NOT NULL DEFAULT 0 CHECK (prompt_tokens >= 0),
  completion_tokens int NOT NULL DEFAULT 0 CHECK (completion_tokens >= 0),
  PRIMARY KEY (requested_at, id)
) PARTITION BY RANGE (requested_at);
CREATE INDEX ON llm.llm_requests (model, requested_at);
CREATE INDEX ON llm.llm_requests (requested_at) WHERE status <> 'ok';

CREATE TABLE llm.token_usage (
  used_at timestamptz NOT NULL,
  request_id uuid NOT NULL,
  model text NOT NULL REFERENCES llm.models,
  kind llm.token_kind NOT NULL,
  tokens int NOT NULL CHECK (tokens > 0),
  PRIMARY KEY (used_at, request_id, kind)
) PARTITION BY RANGE (used_at);
CREATE INDEX ON llm.token_usage (model, used_at);

CREATE TABLE llm.cost_tracking (
  incurred_at timestamptz NOT NULL,
  request_id uuid NOT NULL,
  model text NOT NULL REFERENCES llm.models,
  team text NOT NULL CHECK (team <> ''),
  currency char(3) NOT NULL,
  amount numeric(18, 9) NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (incurred_at, request_id)
) PARTITION BY RANGE (incurred_at);
CREATE INDEX ON llm.cost_tracking (model, incurred_at);
CREATE INDEX ON llm.cost_tracking (team, incurred_at);

CREATE TABLE llm.model_performance (
  measured_at timestamptz NOT NULL DEFAULT now(),
  model text NOT NULL REFERENCES llm.models,
  metric text NOT NULL CHECK (metric <> ''),
  value double precision NOT NULL CHECK (value = value),
  samples int NOT NULL DEFAULT 1 CHECK (samples > 0),
  PRIMARY KEY (measured_at, model, metric)
) PARTITION BY RANGE (measured_at);
CREATE INDEX ON llm.model_performance (model, metric, measured_at);
