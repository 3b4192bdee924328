CREATE SCHEMA IF NOT EXISTS holdfast_series;
ALTER SCHEMA holdfast_series OWNER TO {{owner}};
COMMENT ON SCHEMA holdfast_series IS 'holdfast: time series';
DO $owner$
DECLARE
  other record;
BEGIN
  -- what is in it is for its owner's functions and views alone, whatever the defaults give to whom
  FOR other IN SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS whom
      FROM pg_namespace n, aclexplode(n.nspacl) g WHERE n.nspname = 'holdfast_series' AND g.grantee <> n.nspowner LOOP
    EXECUTE 'REVOKE ALL ON SCHEMA holdfast_series FROM ' || other.whom;
  END LOOP;
  GRANT USAGE ON SCHEMA holdfast_series TO {{metrics}};
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
