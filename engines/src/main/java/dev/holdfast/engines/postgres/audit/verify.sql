WITH pruned AS (
  SELECT * FROM holdfast.audit_pruned ORDER BY number DESC LIMIT 1
), sealed AS (
  SELECT s.number, s.before_xact, s.entries, s.head, s.at, lag(s.before_xact) OVER w AS from_xact, lag(s.head) OVER w AS previous,
         lag(s.number) OVER w AS previous_number, s.number <= coalesce(p.last_seal, 0) AS is_pruned, p.last_seal, p.head AS pruned_head,
         p.before_xact AS pruned_xact
    FROM holdfast.audit_seals s LEFT JOIN pruned p ON true WINDOW w AS (ORDER BY s.number)
), counted AS (
  SELECT s.*, l.many, l.whole, l.forged
    FROM sealed s
    CROSS JOIN LATERAL (
      SELECT count(*) AS many, sha256(coalesce(string_agg(e.digest, ''::bytea ORDER BY e.number), ''::bytea)) AS whole,
             array_agg(e.number ORDER BY e.number) FILTER (WHERE e.digest <> holdfast.audit_digest(e)) AS forged
        FROM holdfast.audit_log e WHERE e.xact < s.before_xact AND (s.from_xact IS NULL OR e.xact >= s.from_xact)) l
)
-- of what was let go its last link is left, which must be the one that was noted, and cover nothing any more
SELECT number, at::text AS at, CASE WHEN is_pruned THEN 0 ELSE entries END AS entries, many, encode(head, 'hex') AS head,
       CASE WHEN is_pruned THEN number = last_seal ELSE coalesce(previous_number, 0) + 1 = number END AS follows,
       CASE WHEN is_pruned THEN head = pruned_head AND before_xact = pruned_xact
            ELSE head = sha256(coalesce(previous, ''::bytea) || convert_to(before_xact::text || ' ' || entries, 'UTF8') || whole) END AS whole,
       coalesce(forged[1:5]::text, '') AS forged
  FROM counted ORDER BY number
