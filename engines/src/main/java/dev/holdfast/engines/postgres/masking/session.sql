SELECT set_config(name, value, false)
  FROM (VALUES ('statement_timeout', '0'), ('lock_timeout', '0'), ('idle_in_transaction_session_timeout', '0'),
               ('transaction_timeout', '0'), ('default_transaction_read_only', 'off'),
               ('session_replication_role', 'replica'), ('synchronous_commit', 'off'), ('temp_file_limit', '-1'),
               ('maintenance_work_mem', '256MB'), ('jit', 'off'), ('check_function_bodies', 'off'),
               -- what fails here would show in the log the row it failed on
               ('log_min_messages', 'panic'), ('log_min_error_statement', 'panic'), ('log_statement', 'none'),
               ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'), ('log_duration', 'off'),
               ('log_parameter_max_length', '0'), ('pg_stat_statements.track', 'none'), ('pgaudit.log', 'none'),
               ('auto_explain.log_min_duration', '-1')) AS wanted (name, value)
 WHERE name IN (SELECT s.name FROM pg_settings s)
