-- Foreign keys as they were declared; those that partitions inherit follow from their parent's.
SELECT con.conname AS name, n.nspname AS schema, t.relname AS table_name, con.conrelid::bigint AS table_oid,
       rn.nspname AS other_schema, r.relname AS other_table,
       t.relkind = 'p' AS partitioned,
       con.confdeltype::text <> 'a' AS acts_on_delete,
       (SELECT array_agg(a.attname::text ORDER BY k.place)
          FROM unnest(con.conkey) WITH ORDINALITY AS k (number, place)
          JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.number) AS columns,
       tree.rows, tree.bytes, tree.parts, tree.nested,
       (SELECT coalesce(sum(st.n_tup_del + st.n_tup_upd), 0)::bigint
          FROM pg_stat_all_tables st
         WHERE st.relid = con.confrelid OR st.relid IN (SELECT p.relid FROM pg_partition_tree(con.confrelid) p)) AS changes
  FROM pg_constraint con
  JOIN pg_class t ON t.oid = con.conrelid
  JOIN pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_class r ON r.oid = con.confrelid
  JOIN pg_namespace rn ON rn.oid = r.relnamespace
 CROSS JOIN LATERAL (
       SELECT (sum(greatest(part.reltuples, 0)) FILTER (WHERE part.relkind <> 'p'))::bigint AS rows, sum(pg_relation_size(part.oid))::bigint AS bytes,
              array_agg(format('%I.%I', pn.nspname, part.relname) ORDER BY part.relname)
                FILTER (WHERE part.oid <> con.conrelid AND part.relkind = 'r') AS parts,
              count(*) FILTER (WHERE part.oid <> con.conrelid AND part.relkind = 'p') > 0 AS nested
         FROM pg_class part
         JOIN pg_namespace pn ON pn.oid = part.relnamespace
        WHERE part.oid = con.conrelid OR part.oid IN (SELECT p.relid FROM pg_partition_tree(con.conrelid) p)) AS tree
 WHERE con.contype = 'f' AND con.conparentid = 0
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'holdfast', 'holdfast_series')
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.deptype = 'e')
 ORDER BY n.nspname, t.relname, con.conname
