SELECT i.indrelid::bigint AS relation, x.relname AS index, i.indnullsnotdistinct AS nulls_alike,
       i.indnkeyatts = 1 AND i.indexprs IS NULL AS single,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
              WHERE a.attrelid = i.indrelid AND a.attnum > 0
                AND (a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                     OR EXISTS (SELECT FROM pg_depend d
                                 WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                                   AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid
                                   AND d.refobjsubid = a.attnum))
              ORDER BY a.attnum) AS columns
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
 WHERE (i.indisunique OR i.indisexclusion) AND i.indislive
   AND i.indrelid = ANY (?::oid[])
 ORDER BY 1, 2
