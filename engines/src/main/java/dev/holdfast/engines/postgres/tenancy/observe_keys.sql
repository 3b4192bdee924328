WITH held AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind, a.attnum
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN unnest(?::text[], ?::text[], ?::text[]) AS d (s, t, k) ON d.s = n.nspname AND d.t = c.relname
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = d.k AND NOT a.attisdropped
), columns AS (
  SELECT f.oid AS constraint_oid, count(*) AS columns,
         string_agg(quote_ident(l.attname), ', ' ORDER BY u.ord) AS here,
         string_agg(quote_ident(r.attname), ', ' ORDER BY u.ord) AS there,
         array_agg(u.rn) AS there_numbers
    FROM pg_constraint f
    CROSS JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY AS u (ln, rn, ord)
    JOIN pg_attribute l ON l.attrelid = f.conrelid AND l.attnum = u.ln
    JOIN pg_attribute r ON r.attrelid = f.confrelid AND r.attnum = u.rn
   WHERE f.contype = 'f' AND f.conparentid = 0
   GROUP BY f.oid
)
SELECT f.conname, s.nspname, s.relname, s.relkind::text AS kind, t.nspname AS ref_schema, t.relname AS ref_table, t.relkind::text AS ref_kind,
       k.here, k.there, f.confdeltype::text AS on_delete, f.confupdtype::text AS on_update, f.condeferrable AS deferrable, f.condeferred AS deferred,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = f.confrelid AND i.indisunique AND i.indpred IS NULL AND i.indisvalid
                AND i.indnkeyatts = k.columns + 1
                AND (i.indkey::int2[])[0:i.indnkeyatts - 1] @> (k.there_numbers || t.attnum)) AS keyed
  FROM pg_constraint f
  JOIN columns k ON k.constraint_oid = f.oid
  JOIN held s ON s.oid = f.conrelid
  JOIN held t ON t.oid = f.confrelid
 WHERE NOT EXISTS (SELECT FROM unnest(f.conkey, f.confkey) AS u (ln, rn) WHERE u.ln = s.attnum AND u.rn = t.attnum)
   AND f.contype = 'f' AND f.conparentid = 0
 ORDER BY 2, 3, 1
