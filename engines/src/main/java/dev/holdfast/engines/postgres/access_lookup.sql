SELECT EXISTS (
  SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname = 'holdfast' AND p.proname = 'pool_lookup' AND p.prosrc = ? AND p.prosecdef
     AND p.proconfig = '{search_path=pg_catalog}' AND pg_get_userbyid(p.proowner) IN ('holdfast', current_user)
     AND NOT EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
     AND EXISTS (SELECT FROM aclexplode(p.proacl) a JOIN pg_roles r ON r.oid = a.grantee WHERE r.rolname = 'holdfast_pooler'))
