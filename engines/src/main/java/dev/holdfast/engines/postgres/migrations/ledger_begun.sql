INSERT INTO holdfast.migrations AS kept (history, script, state, text, operation, actor, backend, backend_of)
SELECT ?, ?, 'begun', ?, ?, ?, a.pid, a.backend_start FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()
ON CONFLICT (history, script) DO UPDATE
   SET state = 'begun', text = excluded.text, operation = excluded.operation, actor = excluded.actor,
       backend = excluded.backend, backend_of = excluded.backend_of, at_hand = NULL,
       statements = CASE WHEN kept.state IN ('begun', 'failed') THEN kept.statements ELSE '{}' END,
       begun = clock_timestamp(), ended = NULL
