-- What was set for the role in this database, for the role, for the database; else what the server says.
SELECT coalesce(
         (SELECT substr(word, length('search_path=') + 1)
            FROM pg_db_role_setting s
           CROSS JOIN LATERAL unnest(s.setconfig) AS word
           WHERE word LIKE 'search\_path=%'
             AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = ?))
             AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
           ORDER BY s.setrole = 0, s.setdatabase = 0
           LIMIT 1),
         (SELECT reset_val FROM pg_settings WHERE name = 'search_path')) AS path
