CREATE SCHEMA IF NOT EXISTS holdfast_series;
ALTER SCHEMA holdfast_series OWNER TO {{owner}};
COMMENT ON SCHEMA holdfast_series IS 'holdfast: time series';
DO $owner$
DECLARE
  other record;
BEGIN
  FOR other IN SELECT c.oid::regclass AS what FROM pg_class c WHERE c.relnamespace = 'holdfast_series'::regnamespace AND c.relkind = 'r'
      AND c.relowner <> {{owner-text}}::regrole LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO %s', other.what, {{owner-text}}::regrole);
  END LOOP;
  FOR other IN SELECT p.oid::regprocedure AS what FROM pg_proc p WHERE p.pronamespace = 'holdfast_series'::regnamespace
      AND p.proowner <> {{owner-text}}::regrole LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO %s', other.what, {{owner-text}}::regrole);
  END LOOP;
END
$owner$
