-- One request with all that follows from it, in one statement. Sent twice, with the same id and time, it counts once.
CREATE OR REPLACE FUNCTION llm.record_request(
  id uuid, model text, application text, team text, status llm.request_status, latency_ms int,
  prompt_tokens int DEFAULT 0, completion_tokens int DEFAULT 0, requested_at timestamptz DEFAULT now(), error text DEFAULT NULL)
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog AS $record$
#variable_conflict use_column
DECLARE
  price llm.models;
BEGIN
  SELECT m.* INTO price FROM llm.models m WHERE m.model = record_request.model;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no model %', record_request.model USING ERRCODE = 'foreign_key_violation',
      HINT = 'INSERT INTO llm.models what it is called and what it costs.';
  END IF;
  INSERT INTO llm.llm_requests (requested_at, id, model, application, status, latency_ms, prompt_tokens, completion_tokens)
    VALUES (record_request.requested_at, record_request.id, price.model, record_request.application, record_request.status,
            record_request.latency_ms, record_request.prompt_tokens, record_request.completion_tokens)
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO llm.token_usage (used_at, request_id, model, kind, tokens)
    SELECT record_request.requested_at, record_request.id, price.model, used.kind, used.tokens
      FROM (VALUES ('prompt'::llm.token_kind, record_request.prompt_tokens), ('completion', record_request.completion_tokens)) AS used (kind, tokens)
     WHERE used.tokens > 0;
  INSERT INTO llm.cost_tracking (incurred_at, request_id, model, team, currency, amount)
    VALUES (record_request.requested_at, record_request.id, price.model, record_request.team, price.currency,
            (record_request.prompt_tokens * price.prompt_price + record_request.completion_tokens * price.completion_price) / 1000000);
  IF record_request.status <> 'ok' THEN
    INSERT INTO ops.error_logs (occurred_at, request_id, model, code, message, retryable)
      VALUES (record_request.requested_at, record_request.id, price.model, record_request.status::text,
              coalesce(record_request.error, ''), record_request.status IN ('timeout', 'throttled'));
  END IF;
  RETURN true;
END
$record$;

-- What a person on duty wants to know at once, the worst first; every line says what it is by and what to do.
CREATE OR REPLACE FUNCTION ops.system_health_check(OUT concern text, OUT state text, OUT evidence text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $health$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH recent AS (
    SELECT r.model, sum(r.requests) AS requests, sum(r.errors) AS errors
      FROM reports.error_rate_by_model r
     WHERE r.bucket >= now() - interval '1 hour'
     GROUP BY r.model
  ), slow AS (
    SELECT h.model, max(h.p95_latency_ms) AS p95, m.latency_budget_ms AS budget
      FROM reports.hourly_request_stats h JOIN llm.models m USING (model)
     WHERE h.bucket >= now() - interval '2 hours'
     GROUP BY h.model, m.latency_budget_ms
  ), spent AS (
    SELECT c.currency, sum(c.cost) FILTER (WHERE c.bucket >= date_trunc('day', now(), 'UTC')) AS today,
           -- what is usual takes three days to know
           CASE WHEN count(DISTINCT c.bucket) FILTER (WHERE c.bucket < date_trunc('day', now(), 'UTC')) >= 3
                THEN sum(c.cost) FILTER (WHERE c.bucket < date_trunc('day', now(), 'UTC'))
                     / count(DISTINCT c.bucket) FILTER (WHERE c.bucket < date_trunc('day', now(), 'UTC')) END AS usual
      FROM reports.daily_cost_summary c
     WHERE c.bucket >= date_trunc('day', now(), 'UTC') - interval '7 days'
     GROUP BY c.currency
  ), found (concern, rank, evidence, advice) AS (
    SELECT 'traffic', CASE WHEN coalesce(sum(requests), 0) = 0 THEN 1 ELSE 0 END,
           coalesce(sum(requests), 0) || ' requests in the last hour', 'See whether programs still send what they do.'
      FROM recent
    UNION ALL
    SELECT 'errors of ' || model, CASE WHEN errors > 0.2 * requests THEN 2 WHEN errors > 0.05 * requests THEN 1 ELSE 0 END,
           errors || ' of ' || requests || ' requests failed in the last hour',
           'SELECT code, count(*) FROM ops.error_logs WHERE model = ' || quote_literal(model) || ' GROUP BY code tells why.'
      FROM recent
    UNION ALL
    SELECT 'latency of ' || model, CASE WHEN p95 > 2 * budget THEN 2 WHEN p95 > budget THEN 1 ELSE 0 END,
           'one in twenty took longer than ' || p95 || ' ms, with a budget of ' || budget || ' ms',
           'Send less to it, or raise latency_budget_ms where it is meant to take that long.'
      FROM slow
    UNION ALL
    SELECT 'cost in ' || currency, CASE WHEN today > 3 * usual AND usual > 0 THEN 2 WHEN today > 1.5 * usual AND usual > 0 THEN 1 ELSE 0 END,
           round(coalesce(today, 0), 2) || ' today, ' || coalesce(round(usual, 2)::text, 'not yet known') || ' on a usual day',
           'reports.daily_cost_summary says which team and which model.'
      FROM spent
    UNION ALL
    SELECT 'events of ' || component, 2, count(*) || ' critical in the last hour, the last: ' || (array_agg(message ORDER BY occurred_at DESC))[1],
           'See ops.system_events of that component.'
      FROM ops.system_events
     WHERE severity = 'critical' AND occurred_at >= now() - interval '1 hour'
     GROUP BY component
  )
  SELECT concern, (ARRAY['ok', 'warning', 'critical'])[rank + 1], evidence, CASE rank WHEN 0 THEN '' ELSE advice END
    FROM found
   ORDER BY rank DESC, concern;
END
$health$;
