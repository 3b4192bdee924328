WITH RECURSIVE held AS (
  SELECT c.oid
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN unnest(?::text[], ?::text[]) AS d (s, t) ON d.s = n.nspname AND d.t = c.relname
), seen AS (
  SELECT oid FROM held
  UNION
  SELECT r.ev_class FROM seen
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = seen.oid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid
)
SELECT 'view' AS door, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, pg_get_userbyid(c.relowner) AS owner
  FROM seen JOIN pg_class c ON c.oid = seen.oid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'v' AND NOT coalesce(c.reloptions::text ~ 'security_invoker=(true|on|1|yes)', false)
UNION ALL
SELECT 'copy', quote_ident(n.nspname) || '.' || quote_ident(c.relname), pg_get_userbyid(c.relowner)
  FROM seen JOIN pg_class c ON c.oid = seen.oid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'm'
UNION ALL
SELECT 'function', p.oid::regprocedure::text, r.rolname
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner
 WHERE p.prosecdef AND (r.rolsuper OR r.rolbypassrls) AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'holdfast', 'holdfast_series')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'role', r.rolname, ''
  FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls) AND r.rolcanlogin AND r.rolname <> current_user
UNION ALL
SELECT 'reference', c.conrelid::regclass::text || ' ' || quote_ident(c.conname), ''
  FROM pg_constraint c WHERE c.contype = 'f' AND c.conparentid = 0 AND c.confrelid IN (SELECT oid FROM held) AND c.conrelid NOT IN (SELECT oid FROM held)
   AND c.confrelid IS DISTINCT FROM to_regclass(?)
ORDER BY 1, 2
