-- a table with all that inherits from it or is a part of it
WITH RECURSIVE family AS (
  SELECT unnest(?::oid[]) AS oid
  UNION
  SELECT i.inhrelid FROM pg_inherits i JOIN family ON family.oid = i.inhparent
)
SELECT c.oid::bigint AS relation, n.nspname, c.relname, c.relkind::text AS kind
  FROM family JOIN pg_class c ON c.oid = family.oid JOIN pg_namespace n ON n.oid = c.relnamespace
 ORDER BY 2, 3
