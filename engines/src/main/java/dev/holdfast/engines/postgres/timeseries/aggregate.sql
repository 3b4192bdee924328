SET LOCAL ROLE {{owner}};
SET LOCAL search_path = {{path}};
CREATE TABLE IF NOT EXISTS {{rows}} AS {{select}} FROM {{source}} WHERE false GROUP BY {{groups}} WITH NO DATA;
CREATE INDEX IF NOT EXISTS {{index}} ON {{rows}} (bucket);
INSERT INTO holdfast_series.aggregates (name, source, time_column, width, delay, every, fill, digest)
  VALUES ({{name}}, {{source-text}}, {{time-text}}, {{width}}, {{delay}}, {{every}}, {{fill-text}}, {{digest}})
  ON CONFLICT (name) DO UPDATE SET delay = excluded.delay, every = excluded.every;
CREATE OR REPLACE FUNCTION holdfast_series.{{note}}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $note$
DECLARE
  -- an older snapshot may not have the border as it is
  every_one boolean := current_setting('transaction_isolation') <> 'read committed';
BEGIN
  CASE TG_OP
    WHEN 'INSERT' THEN
      IF every_one OR (SELECT min(n.{{time}}) FROM holdfast_new n) < (SELECT max(a.border) FROM holdfast_series.aggregates a WHERE a.source = {{source-text}}) THEN
        INSERT INTO holdfast_series.log SELECT DISTINCT a.id, date_bin(a.width, n.{{time}}, {{origin}}) FROM holdfast_series.aggregates a, holdfast_new n
          WHERE a.source = {{source-text}} AND (every_one OR n.{{time}} < a.border);
      END IF;
    WHEN 'UPDATE' THEN
      INSERT INTO holdfast_series.log SELECT DISTINCT a.id, date_bin(a.width, n.at, {{origin}}) FROM holdfast_series.aggregates a,
          (SELECT o.{{time}} AS at FROM holdfast_old o UNION ALL SELECT n.{{time}} FROM holdfast_new n) n
        WHERE a.source = {{source-text}} AND (every_one OR n.at < a.border);
    WHEN 'DELETE' THEN
      INSERT INTO holdfast_series.log SELECT DISTINCT a.id, date_bin(a.width, o.{{time}}, {{origin}}) FROM holdfast_series.aggregates a, holdfast_old o
        WHERE a.source = {{source-text}} AND (every_one OR o.{{time}} < a.border);
    ELSE
      UPDATE holdfast_series.aggregates a SET watermark = least(a.watermark, a.frozen) WHERE a.source = {{source-text}};
  END CASE;
  RETURN NULL;
END
$note$;
CREATE OR REPLACE FUNCTION holdfast_series.{{fill}}(timestamptz, timestamptz) RETURNS bigint LANGUAGE plpgsql SET search_path = {{path}} AS $fill$
#variable_conflict use_column
DECLARE
  holdfast_many bigint;
BEGIN
  DELETE FROM {{rows}} WHERE bucket >= $1 AND bucket <= $2;
  INSERT INTO {{rows}} {{select}} FROM {{source}} WHERE {{time}} >= $1 AND {{time}} <= $2 + {{last}}{{where}} GROUP BY {{groups}};
  GET DIAGNOSTICS holdfast_many = ROW_COUNT;
  RETURN holdfast_many;
END
$fill$;
CREATE OR REPLACE VIEW {{view}} AS
SELECT {{names}} FROM {{rows}} r
 WHERE r.bucket < (SELECT a.watermark FROM holdfast_series.aggregates a WHERE a.name = {{name}})
   AND NOT EXISTS (SELECT FROM holdfast_series.log l JOIN holdfast_series.aggregates a ON a.id = l.aggregate
                    WHERE a.name = {{name}} AND l.bucket = r.bucket AND l.bucket >= a.frozen)
UNION ALL
SELECT * FROM (
{{select}} FROM {{source}}
 WHERE {{time}} >= (SELECT a.watermark FROM holdfast_series.aggregates a WHERE a.name = {{name}}){{where}}
 GROUP BY {{groups}}) tail
UNION ALL
SELECT late.* FROM (
  SELECT DISTINCT l.bucket FROM holdfast_series.log l JOIN holdfast_series.aggregates a ON a.id = l.aggregate
   WHERE a.name = {{name}} AND l.bucket >= a.frozen AND l.bucket < a.watermark) stale
 CROSS JOIN LATERAL (
{{select}} FROM {{source}} WHERE {{time}} >= stale.bucket AND {{time}} <= stale.bucket + {{last}}{{where}} GROUP BY {{groups}}) late;
SELECT holdfast_series.watch_all({{source-text}}::regclass, {{note-text}});
DO $mark$
BEGIN
  EXECUTE format('COMMENT ON VIEW {{view-in-text}} IS %L', 'holdfast: aggregate {{mark}} ' || holdfast_series.aggregate_as_it_is({{view-text}}, {{fill-text}}, {{note-text}}));
END
$mark$
