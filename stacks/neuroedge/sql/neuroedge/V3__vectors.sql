-- What agents remember. By far the largest table: divided by the hash of the tenant, so that one tenant's search walks the
-- graph of a sixteenth of all vectors. The partitions are made by the tenancy of the stack file.

CREATE TABLE vectors_base (
  tenant_id  uuid        NOT NULL,
  id         uuid        NOT NULL DEFAULT gen_random_uuid(),
  agent_id   uuid        NOT NULL,
  content    text        NOT NULL,
  embedding  vector(384) NOT NULL,
  metadata   jsonb       NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT vectors_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT vectors_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
  CONSTRAINT vectors_agent_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents_base (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT vectors_metadata_is_an_object CHECK (jsonb_typeof(metadata) = 'object')
) PARTITION BY HASH (tenant_id);

CREATE INDEX vectors_agent_idx ON vectors_base (tenant_id, agent_id, created_at DESC);

CREATE INDEX vectors_metadata_idx ON vectors_base USING gin (metadata jsonb_path_ops);

-- cosine, as the model was trained; the defaults of m and ef_construction reach a recall of .97 at ef_search 40
CREATE INDEX vectors_embedding_idx ON vectors_base USING hnsw (embedding vector_cosine_ops);
