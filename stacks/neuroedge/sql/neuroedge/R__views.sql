-- What programs read. Each view asks with the rights of who asks, so that the policies of the tables decide.

CREATE OR REPLACE VIEW agents WITH (security_invoker = true) AS
SELECT a.tenant_id, a.id, a.name, a.state, a.prompt, a.created_at, a.updated_at,
       e.id AS engine_id, e.name AS engine, e.kind AS engine_kind, u.email AS owner
  FROM agents_base a
  JOIN engines e ON (e.tenant_id, e.id) = (a.tenant_id, a.engine_id)
  LEFT JOIN users u ON (u.tenant_id, u.id) = (a.tenant_id, a.owner_id)
 WHERE a.state <> 'retired';

CREATE OR REPLACE VIEW vectors WITH (security_invoker = true) AS
SELECT v.tenant_id, v.id, v.agent_id, a.name AS agent, v.content, v.metadata, v.created_at
  FROM vectors_base v
  JOIN agents_base a ON (a.tenant_id, a.id) = (v.tenant_id, v.agent_id);

-- The memories of the session's tenant nearest to a question. The tenant is said once more in the query itself: with it the
-- server leaves fifteen partitions out while it plans.
CREATE OR REPLACE FUNCTION nearest_memories(question vector(384), most integer DEFAULT 10)
  RETURNS TABLE (id uuid, agent_id uuid, content text, distance double precision)
  LANGUAGE sql
  STABLE
  PARALLEL SAFE
BEGIN ATOMIC
  SELECT v.id, v.agent_id, v.content, v.embedding <=> question
    FROM vectors_base v
   WHERE v.tenant_id = nullif(current_setting('neuro.tenant_id', true), '')::uuid
   ORDER BY v.embedding <=> question
   LIMIT most;
END;
