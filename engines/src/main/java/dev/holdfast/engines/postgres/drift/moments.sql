-- When the rows that make a role or a database what it is were written last; null where the server does not know any more.
WITH row_of (what, name, xid) AS (
  SELECT 'role', rolname, xmin FROM pg_authid
  UNION ALL
  SELECT 'role', r.rolname, m.xmin FROM pg_auth_members m JOIN pg_authid r ON r.oid = m.member
  UNION ALL
  SELECT 'role', r.rolname, s.xmin FROM pg_db_role_setting s JOIN pg_authid r ON r.oid = s.setrole
  UNION ALL
  SELECT 'database', datname, xmin FROM pg_database
  UNION ALL
  SELECT 'database', d.datname, s.xmin FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase AND s.setrole = 0
)
SELECT what, name,
       max(CASE WHEN current_setting('track_commit_timestamp') = 'on' AND xid::text::bigint > 2
                THEN pg_xact_commit_timestamp(xid) END) AS at
  FROM row_of GROUP BY what, name
