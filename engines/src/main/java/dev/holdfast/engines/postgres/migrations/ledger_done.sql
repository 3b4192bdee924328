INSERT INTO holdfast.migrations AS kept (history, script, state, text, operation, actor, begun, ended)
VALUES (?, ?, 'done', ?, ?, ?, now(), clock_timestamp())
ON CONFLICT (history, script) DO UPDATE
   SET state = 'done', text = excluded.text, operation = excluded.operation, actor = excluded.actor,
       at_hand = NULL, ended = excluded.ended
