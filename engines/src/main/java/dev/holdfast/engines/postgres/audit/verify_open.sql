SELECT count(*) AS many, coalesce((array_agg(e.number ORDER BY e.number) FILTER (WHERE e.digest <> holdfast.audit_digest(e)))[1:5]::text, '') AS forged,
       (SELECT max(number) FROM holdfast.audit_log) AS last
  FROM holdfast.audit_log e
 WHERE e.xact >= coalesce((SELECT before_xact FROM holdfast.audit_seals ORDER BY number DESC LIMIT 1), '0'::xid8)
