// An index and data: Neo4j takes each in a transaction of its own.
CREATE INDEX supplier_name IF NOT EXISTS FOR (s:Supplier) ON (s.name);

MATCH (s:Supplier) CALL (s) { SET s.since = date('2026-01-01') } IN TRANSACTIONS OF 500 ROWS;
