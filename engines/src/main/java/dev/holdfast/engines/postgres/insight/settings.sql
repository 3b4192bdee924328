SELECT s.name, current_setting(s.name) AS shown, s.setting AS value, coalesce(s.unit, '') AS unit, s.boot_val AS usual, s.source,
       coalesce(s.sourcefile, '') AS file, s.pending_restart AS pending, s.context,
       s.sourcefile LIKE '%postgresql.auto.conf' AS by_hand
  FROM pg_settings s
 ORDER BY s.name
