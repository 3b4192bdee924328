SELECT num_timed, num_requested, current_setting('max_wal_size') AS max_wal_size,
       extract(epoch FROM now() - stats_reset) AS seconds
  FROM pg_stat_checkpointer
