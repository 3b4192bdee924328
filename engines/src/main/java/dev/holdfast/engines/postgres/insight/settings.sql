SELECT s.name, current_setting(s.name) AS shown, s.setting AS value, coalesce(s.unit, '') AS unit, s.boot_val AS usual, s.source,
       coalesce(s.sourcefile, '') AS file, s.pending_restart AS pending, s.context,
       s.sourcefile LIKE '%postgresql.auto.conf'
         -- with alter system forbidden it is Holdfast that keeps the size of the service there
         AND coalesce(current_setting('allow_alter_system', true), 'on') = 'on' AS by_hand
  FROM pg_settings s
 ORDER BY s.name
