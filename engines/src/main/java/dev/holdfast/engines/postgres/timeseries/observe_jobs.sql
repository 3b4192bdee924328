SELECT j.jobname, j.schedule, j.command, j.database, j.username, j.active
  FROM cron.job j
 WHERE starts_with(j.jobname, ?)
 ORDER BY 1
