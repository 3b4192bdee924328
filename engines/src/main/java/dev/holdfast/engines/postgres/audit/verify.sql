WITH sealed AS (
  SELECT s.number, s.before_xact, s.entries, s.head, s.at, lag(s.before_xact) OVER w AS from_xact, lag(s.head) OVER w AS previous,
         lag(s.number) OVER w AS previous_number
    FROM holdfast.audit_seals s WINDOW w AS (ORDER BY s.number)
), counted AS (
  SELECT s.*, l.many, l.whole, l.forged
    FROM sealed s
    CROSS JOIN LATERAL (
      SELECT count(*) AS many, sha256(coalesce(string_agg(e.digest, ''::bytea ORDER BY e.number), ''::bytea)) AS whole,
             array_agg(e.number ORDER BY e.number) FILTER (WHERE e.digest <> holdfast.audit_digest(e)) AS forged
        FROM holdfast.audit_log e WHERE e.xact < s.before_xact AND (s.from_xact IS NULL OR e.xact >= s.from_xact)) l
)
SELECT number, at::text AS at, entries, many, encode(head, 'hex') AS head,
       coalesce(previous_number, 0) + 1 = number AS follows,
       head = sha256(coalesce(previous, ''::bytea) || convert_to(before_xact::text || ' ' || entries, 'UTF8') || whole) AS whole,
       coalesce(forged[1:5]::text, '') AS forged
  FROM counted ORDER BY number
