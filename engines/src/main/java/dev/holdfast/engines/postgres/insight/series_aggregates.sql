SELECT a.name, extract(epoch FROM a.every)::bigint AS every, coalesce(extract(epoch FROM now() - a.refreshed_at), -1)::bigint AS refreshed,
       CASE WHEN a.watermark = '-infinity' THEN -1 ELSE extract(epoch FROM now() - a.watermark)::bigint END AS behind,
       CASE WHEN a.watermark = '-infinity' THEN false ELSE now() - a.watermark > a.width + a.delay + a.every * 3 + interval '2 min' END AS late,
       coalesce(extract(epoch FROM a.took), 0)::float8 AS took,
       (SELECT count(DISTINCT l.bucket) FROM holdfast_series.log l WHERE l.aggregate = a.id AND l.bucket < a.watermark AND l.bucket >= a.frozen) AS stale,
       coalesce(pg_total_relation_size(r.oid), 0)::bigint AS bytes
  FROM holdfast_series.aggregates a
  LEFT JOIN LATERAL (SELECT d.refobjid AS oid FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
      AND d.refclassid = 'pg_class'::regclass JOIN pg_class c ON c.oid = d.refobjid AND c.relnamespace = 'holdfast_series'::regnamespace AND c.relname ~ '^rows '
    WHERE w.ev_class = to_regclass(a.name) LIMIT 1) r ON true
 WHERE a.fill <> ''
 ORDER BY 1
