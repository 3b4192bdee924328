SELECT j.jobname, j.schedule, j.command, j.username, j.active
  FROM cron.job j
 WHERE j.jobname LIKE 'holdfast series %' AND j.database = ?
 ORDER BY 1
