SELECT at, login, role, host(client) AS client, program, tag, coalesce(name, '') AS name, coalesce(statement, '') AS statement
  FROM holdfast.ddl_log ORDER BY id DESC LIMIT 2000
