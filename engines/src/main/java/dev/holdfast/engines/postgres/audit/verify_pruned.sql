WITH pruned AS (
  SELECT p.*, lag(p.digest) OVER w AS previous, lag(p.number) OVER w AS previous_number FROM holdfast.audit_pruned p WINDOW w AS (ORDER BY p.number)
)
SELECT coalesce(sum(entries), 0)::bigint AS entries, coalesce(max(at)::text, '') AS at,
       coalesce(bool_and(coalesce(previous_number, 0) + 1 = number AND digest = sha256(coalesce(previous, ''::bytea)
         || convert_to(last_seal || ' ' || before_xact::text || ' ' || entries, 'UTF8') || head)), true) AS whole,
       count(*) = 0 OR EXISTS (SELECT FROM holdfast.audit_seals s WHERE s.number = max(last_seal)) AS anchored
  FROM pruned
