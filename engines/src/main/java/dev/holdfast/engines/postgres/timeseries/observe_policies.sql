SELECT s.name, s.time_column AS time, extract(epoch FROM s.chunk)::bigint::text AS chunk, s.ahead::text AS ahead,
       coalesce(s.space_column || ' ' || s.space_parts, '') AS space, coalesce(extract(epoch FROM s.retention)::bigint::text, '') AS retention
  FROM holdfast_series.tables s
 ORDER BY 1
