-- what was run, as it was then: the history table keeps no text, and nothing of what never came to its end
CREATE SCHEMA IF NOT EXISTS holdfast;
COMMENT ON SCHEMA holdfast IS 'holdfast: what Holdfast keeps for itself in this database';
CREATE TABLE IF NOT EXISTS holdfast.migrations (
  history     text        NOT NULL,                    -- the history table it belongs to
  script      text        NOT NULL,                    -- the path within the folder
  state       text        NOT NULL CHECK (state IN ('begun', 'failed', 'done', 'adopted')),
  text        text        NOT NULL,                    -- as it was run
  statements  text[]      NOT NULL DEFAULT '{}',       -- digests of those that ended, outside of a transaction
  at_hand     text,                                    -- the one that was begun
  backend     integer,                                 -- the server process that ran it
  backend_of  timestamptz,                             -- and when that process began
  operation   text        NOT NULL,
  actor       text        NOT NULL,
  begun       timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended       timestamptz,
  PRIMARY KEY (history, script)
);
COMMENT ON TABLE holdfast.migrations IS 'holdfast: the texts of applied migrations, and how far an interrupted one came';
