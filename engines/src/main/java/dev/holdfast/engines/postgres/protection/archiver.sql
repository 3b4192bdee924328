SELECT a.last_failed_time IS NOT NULL AND (a.last_archived_time IS NULL OR a.last_failed_time > a.last_archived_time),
       a.archived_count,
       a.last_archived_time,
       w.waiting,
       w.waiting * (SELECT setting::pg_catalog.int8 FROM pg_settings WHERE name = 'wal_segment_size'),
       w.oldest,
       pg_read_file('/tmp/archive.error', 0, 4000, true),
       clock_timestamp()
FROM pg_stat_archiver a,
     (SELECT count(*) AS waiting,
             coalesce(extract(epoch FROM now() - min(modification)), 0)::pg_catalog.int8 AS oldest
      FROM pg_ls_archive_statusdir()
      WHERE name LIKE '%.ready') w
