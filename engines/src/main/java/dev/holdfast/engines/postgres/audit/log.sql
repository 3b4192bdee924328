SELECT number, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, table_name, action, session_role, current_role_name,
       application, client, tenant, before::text AS before, after::text AS after
  FROM holdfast.audit_log
 WHERE (?::text IS NULL OR table_name = ?::text) AND (?::text IS NULL OR tenant = ?::text) AND (?::text IS NULL OR session_role = ?::text)
 ORDER BY number DESC LIMIT ?::int
