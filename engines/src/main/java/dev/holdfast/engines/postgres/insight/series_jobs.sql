SELECT j.jobname AS name, j.schedule, j.active, coalesce(r.status, '') AS status, coalesce(split_part(r.return_message, chr(10), 1), '') AS said,
       coalesce(extract(epoch FROM now() - r.start_time), -1)::bigint AS ago,
       (SELECT count(*) FROM cron.job_run_details d WHERE d.jobid = j.jobid AND d.status = 'failed' AND d.start_time > now() - interval '1 h') AS failed
  FROM cron.job j
  LEFT JOIN LATERAL (SELECT d.status, d.return_message, d.start_time FROM cron.job_run_details d
    WHERE d.jobid = j.jobid AND d.status IN ('succeeded', 'failed') ORDER BY d.runid DESC LIMIT 1) r ON true
 ORDER BY 1
