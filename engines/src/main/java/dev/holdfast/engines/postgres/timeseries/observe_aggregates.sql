SELECT a.name, a.source, a.digest, a.fill, a.frozen > '-infinity' AS frozen,
       v.oid IS NOT NULL AS shown,
       coalesce(CASE WHEN split_part(obj_description(v.oid, 'pg_class'), ' ', 4)
            = md5(pg_get_viewdef(v.oid) || (SELECT string_agg(pg_get_functiondef(f.oid), '' ORDER BY f.proname) FROM pg_proc f
                 JOIN pg_namespace fn ON fn.oid = f.pronamespace AND fn.nspname = 'holdfast_series' WHERE f.proname IN (a.fill, p.proname))) THEN split_part(obj_description(v.oid, 'pg_class'), ' ', 3) END, '') AS mark
  FROM holdfast_series.aggregates a
  LEFT JOIN LATERAL (SELECT v.oid FROM pg_class v JOIN pg_namespace n ON n.oid = v.relnamespace
    WHERE v.relkind = 'v' AND CASE WHEN n.nspname = 'public' THEN v.relname ELSE n.nspname || '.' || v.relname END = a.name) v ON true
  LEFT JOIN LATERAL (SELECT p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = to_regclass(a.source) AND t.tgname = 'zz_holdfast_series_insert') p ON true
 ORDER BY 1
