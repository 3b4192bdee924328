CREATE SCHEMA IF NOT EXISTS holdfast;
COMMENT ON SCHEMA holdfast IS 'holdfast: functions of Holdfast';
CREATE OR REPLACE FUNCTION holdfast.pool_lookup(asked text) RETURNS TABLE (usename name, passwd text)
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog AS $lookup$
  SELECT rolname, rolpassword FROM pg_catalog.pg_authid
  WHERE rolname = asked AND rolcanlogin AND NOT rolsuper AND NOT rolreplication
    AND (rolvaliduntil IS NULL OR rolvaliduntil > pg_catalog.now())
$lookup$;
ALTER FUNCTION holdfast.pool_lookup(text) OWNER TO holdfast;
REVOKE ALL ON FUNCTION holdfast.pool_lookup(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA holdfast TO holdfast_pooler;
GRANT EXECUTE ON FUNCTION holdfast.pool_lookup(text) TO holdfast_pooler;
