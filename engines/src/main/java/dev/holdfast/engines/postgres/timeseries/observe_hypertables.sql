SELECT d.hypertable_schema, d.hypertable_name, extract(epoch FROM d.time_interval)::bigint::text AS chunk
  FROM timescaledb_information.dimensions d
 WHERE d.dimension_number = 1
