SELECT n.nspname, c.relname, c.relkind::text AS kind, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
       coalesce(part.partstrat::text, '') AS strategy,
       coalesce(part.partnatts = 1 AND part.partattrs[0] = a.attnum, false) AS by_key,
       (SELECT count(*) FROM pg_inherits i WHERE i.inhparent = c.oid) AS partitions,
       (SELECT count(*) FROM pg_partition_tree(c.oid) t JOIN pg_class p ON p.oid = t.relid
         WHERE t.level > 0 AND NOT (p.relrowsecurity AND p.relforcerowsecurity)) AS open_partitions,
       ARRAY(SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.relname) FROM pg_partition_tree(c.oid) t
               JOIN pg_class p ON p.oid = t.relid JOIN pg_namespace pn ON pn.oid = p.relnamespace
              WHERE t.isleaf AND t.level > 0 ORDER BY 1) AS leaves,
       quote_ident(a.attname) AS own, coalesce(format_type(a.atttypid, NULL), '') AS type, coalesce(a.attnotnull, false) AS filled,
       ARRAY(SELECT p.polname::text || ' ' || p.polpermissive::text || ' ' || p.polcmd::text || ' ' || (p.polroles = '{0}')::text
                    || ' ' || coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
               FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname ~ '^holdfast_' ORDER BY p.polname) AS policies,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indisvalid AND i.indpred IS NULL) AS indexed,
       EXISTS (SELECT FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g LEFT JOIN pg_roles r ON r.oid = g.grantee
                WHERE g.privilege_type = 'TRUNCATE' AND NOT coalesce(r.rolsuper, false)) AS truncatable,
       EXISTS (SELECT FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S', aclexplode(s.relacl) g
                WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype = 'i'
                  AND g.grantee <> s.relowner) AS counted
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN unnest(?::text[], ?::text[], ?::text[]) AS d (s, t, k) ON d.s = n.nspname AND d.t = c.relname
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = d.k AND NOT a.attisdropped
  LEFT JOIN pg_partitioned_table part ON part.partrelid = c.oid
 WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
 ORDER BY 1, 2
