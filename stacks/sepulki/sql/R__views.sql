-- What people look at. The reader's rights decide what each view shows, not its owner's.

CREATE OR REPLACE VIEW fleet_overview WITH (security_invoker = true) AS
SELECT f.organisation_id,
       f.id AS fleet_id,
       f.name AS fleet,
       s.name AS site,
       count(r.id) AS robots,
       count(r.id) FILTER (WHERE r.state = 'idle') AS idle,
       count(r.id) FILTER (WHERE r.state = 'working') AS working,
       count(r.id) FILTER (WHERE r.state IN ('faulty', 'maintenance')) AS out_of_order,
       min(r.battery_percent) FILTER (WHERE r.state <> 'retired') AS lowest_battery,
       (SELECT count(*) FROM tasks AS t WHERE t.fleet_id = f.id AND t.state = 'queued') AS queued_tasks
  FROM fleets AS f
  JOIN sites AS s ON s.organisation_id = f.organisation_id AND s.id = f.site_id
  LEFT JOIN robots AS r ON r.organisation_id = f.organisation_id AND r.fleet_id = f.id
 GROUP BY f.organisation_id, f.id, f.name, s.name;

CREATE OR REPLACE VIEW robot_health WITH (security_invoker = true) AS
SELECT r.organisation_id,
       r.id AS robot_id,
       r.serial,
       r.name,
       r.state,
       r.last_seen_at,
       coalesce(r.last_seen_at < now() - interval '15 minutes', true) AND r.state NOT IN ('assembling', 'retired')
           AS is_silent,
       latest.battery_percent,
       latest.temperature_c,
       latest.fault,
       orders.open_orders,
       orders.worst_severity
  FROM robots AS r
  LEFT JOIN LATERAL (SELECT t.battery_percent, t.temperature_c, t.fault
                       FROM telemetry AS t
                      WHERE t.robot_id = r.id AND t.measured_at >= now() - interval '1 day'
                      ORDER BY t.measured_at DESC
                      LIMIT 1) AS latest ON true
 CROSS JOIN LATERAL (SELECT count(*) AS open_orders, max(w.severity) AS worst_severity
                       FROM work_orders AS w
                      WHERE w.organisation_id = r.organisation_id AND w.robot_id = r.id
                        AND w.state <> 'closed') AS orders;

CREATE OR REPLACE VIEW revenue WITH (security_invoker = true) AS
SELECT l.organisation_id,
       month::date AS month,
       l.currency,
       sum(l.daily_price * (upper(rented.days) - lower(rented.days))) AS amount
  FROM leases AS l
  JOIN lease_robots AS lr ON lr.organisation_id = l.organisation_id AND lr.lease_id = l.id
 CROSS JOIN LATERAL generate_series(
           date_trunc('month', lower(lr.during)::timestamp),
           date_trunc('month', (coalesce(upper(lr.during), current_date + 1) - 1)::timestamp),
           interval '1 month') AS month
 CROSS JOIN LATERAL (SELECT lr.during * daterange(month::date, (month + interval '1 month')::date)
                            * daterange(NULL, current_date + 1) AS days) AS rented
 WHERE l.state IN ('active', 'ended') AND NOT isempty(rented.days)
 GROUP BY l.organisation_id, month, l.currency;
