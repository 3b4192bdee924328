WITH RECURSIVE held AS (
  SELECT c.oid, n.nspname, c.relname
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN unnest(?::text[], ?::text[]) AS d (s, t) ON d.s = n.nspname AND d.t = c.relname
   WHERE c.relkind IN ('r', 'p')
), edge AS (
  SELECT DISTINCT conrelid AS child, confrelid AS parent
    FROM pg_constraint
   WHERE contype = 'f' AND conparentid = 0 AND conrelid <> confrelid
     AND conrelid IN (SELECT oid FROM held) AND confrelid IN (SELECT oid FROM held)
), depth AS (
  SELECT oid, 0 AS level FROM held
  UNION
  -- a circle of tables ends the count; their constraints have to be deferrable then
  SELECT e.child, d.level + 1 FROM depth d JOIN edge e ON e.parent = d.oid WHERE d.level < 100
)
SELECT h.nspname, h.relname,
       (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
         WHERE a.attrelid = h.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
       ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a
              WHERE a.attrelid = h.oid AND a.attnum > 0 AND NOT a.attisdropped
                AND pg_get_serial_sequence(quote_ident(h.nspname) || '.' || quote_ident(h.relname), a.attname) IS NOT NULL) AS counted
  FROM held h
 ORDER BY (SELECT max(level) FROM depth d WHERE d.oid = h.oid), 1, 2
