SET LOCAL ROLE {{owner}};
CREATE TABLE IF NOT EXISTS holdfast_series.tables (
  name text PRIMARY KEY,
  relation text NOT NULL,
  time_column name NOT NULL,
  chunk interval NOT NULL,
  ahead int NOT NULL,
  space_column name,
  space_parts int,
  retention interval,
  made_at timestamptz NOT NULL DEFAULT now(),
  kept_at timestamptz,
  trouble text
);
CREATE TABLE IF NOT EXISTS holdfast_series.aggregates (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  source text NOT NULL,
  time_column name NOT NULL,
  width interval NOT NULL,
  delay interval NOT NULL,
  every interval NOT NULL,
  fill name NOT NULL,
  digest text NOT NULL,
  -- buckets before it are written down
  watermark timestamptz NOT NULL DEFAULT '-infinity',
  -- whoever changes rows of buckets before it says so in the log
  border timestamptz NOT NULL DEFAULT '-infinity',
  -- every transaction that may not have seen the border has a number below it
  settle xid8,
  -- buckets before it are kept as they are: their rows are gone
  frozen timestamptz NOT NULL DEFAULT '-infinity',
  made_at timestamptz NOT NULL DEFAULT now(),
  refreshed_at timestamptz,
  took interval,
  filled bigint NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS holdfast_series.log (aggregate int NOT NULL, bucket timestamptz NOT NULL);
CREATE INDEX IF NOT EXISTS log_bucket ON holdfast_series.log (aggregate, bucket);
GRANT SELECT ON holdfast_series.tables, holdfast_series.aggregates TO {{metrics}};
-- Buckets that are changed after they were written down are computed anew, whole and from the rows; no partial result is ever
-- added to another. What makes it right with any number of writers at work: the log is emptied of what is seen before the rows
-- are read, so that a change is either among the rows or its line stays in the log; and buckets are written down for the first
-- time only when nobody is left who does not know that they are logged. Nobody waits for anybody.
CREATE OR REPLACE FUNCTION holdfast_series.refresh(aggregate text, budget interval DEFAULT '30 s') RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog AS $refresh$
DECLARE
  seen holdfast_series.aggregates;
  a holdfast_series.aggregates;
  begun timestamptz := clock_timestamp();
  number xid8;
  stale timestamptz[];
  bucket timestamptz;
  low timestamptz;
  next timestamptz;
  slice interval;
  written bigint;
  many bigint := 0;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' OR pg_current_xact_id_if_assigned() IS NOT NULL THEN
    RAISE EXCEPTION 'a refresh is a transaction of its own, at read committed' USING ERRCODE = 'active_sql_transaction';
  END IF;
  SELECT * INTO seen FROM holdfast_series.aggregates g WHERE g.name = $1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no aggregate %', $1 USING ERRCODE = 'undefined_object';
  END IF;
  -- taken after the border was seen: whoever has not seen it has a smaller number
  number := pg_current_xact_id();
  -- before the line of the aggregate, as TRUNCATE has it
  EXECUTE 'LOCK TABLE ' || seen.source || ' IN ACCESS SHARE MODE';
  SELECT * INTO a FROM holdfast_series.aggregates g WHERE g.name = $1 FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN 'another refresh is at work';
  END IF;
  IF a.settle IS NULL AND a.border > a.watermark AND a.border = seen.border THEN
    a.settle := number;
  END IF;
  LOOP
    SELECT array_agg(b.bucket) INTO stale FROM (SELECT DISTINCT l.bucket FROM holdfast_series.log l
      WHERE l.aggregate = a.id AND l.bucket < a.watermark ORDER BY l.bucket LIMIT 100) b;
    EXIT WHEN stale IS NULL;
    DELETE FROM holdfast_series.log l WHERE l.aggregate = a.id AND l.bucket = ANY (stale);
    FOREACH bucket IN ARRAY stale LOOP
      IF bucket >= a.frozen THEN
        EXECUTE format('SELECT holdfast_series.%I($1, $1)', a.fill) INTO written USING bucket;
        many := many + 1;
      END IF;
    END LOOP;
    EXIT WHEN clock_timestamp() > begun + budget;
  END LOOP;
  IF a.border > a.watermark AND a.settle <= pg_snapshot_xmin(pg_current_snapshot()) THEN
    slice := greatest(a.width, coalesce((SELECT t.chunk FROM holdfast_series.tables t WHERE t.relation = a.source), a.width));
    WHILE a.watermark < a.border AND clock_timestamp() < begun + budget LOOP
      -- years without a row are one step
      EXECUTE format('SELECT date_bin($1, min(%I), $2) FROM %s WHERE %1$I >= $3 AND %1$I > ''-infinity''', a.time_column, a.source)
        INTO low USING a.width, {{origin}}, a.watermark;
      next := least(date_bin(a.width, low + slice, {{origin}}), a.border);
      -- never those of earlier buckets: what was said of them since is for the next run
      DELETE FROM holdfast_series.log l WHERE l.aggregate = a.id AND l.bucket >= a.watermark AND l.bucket < next;
      EXECUTE format('SELECT holdfast_series.%I($1, $2)', a.fill) INTO written USING a.watermark, next - a.width;
      a.watermark := next;
      many := many + 1;
    END LOOP;
  END IF;
  IF a.watermark = a.border THEN
    next := date_bin(a.width, now() - a.delay, {{origin}});
    IF next > a.border THEN
      a.border := next;
      a.settle := NULL;
    END IF;
  END IF;
  UPDATE holdfast_series.aggregates g SET watermark = a.watermark, border = a.border, settle = a.settle, refreshed_at = clock_timestamp(),
    took = clock_timestamp() - begun, filled = g.filled + many WHERE g.id = a.id;
  RETURN format('%s steps, written down up to %s', many, a.watermark);
END
$refresh$;
CREATE OR REPLACE FUNCTION holdfast_series.aggregate_as_it_is(shown regclass, fill name, note name) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog AS $is$
  SELECT md5(pg_get_viewdef(shown) || string_agg(pg_get_functiondef(p.oid), '' ORDER BY p.proname)) FROM pg_proc p
   WHERE p.pronamespace = 'holdfast_series'::regnamespace AND p.proname IN (fill, note)
$is$;
-- The chunks of a table, whichever way it is divided.
CREATE OR REPLACE FUNCTION holdfast_series.chunks(relation regclass) RETURNS TABLE (chunk regclass, low timestamptz, high timestamptz)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog SET datestyle = 'ISO' AS $chunks$
BEGIN
  IF (SELECT relkind FROM pg_class WHERE oid = $1) = 'p' THEN
    RETURN QUERY SELECT c.oid::regclass,
        CASE m[1] WHEN 'MINVALUE' THEN '-infinity' ELSE trim(m[1], '''')::timestamptz END,
        CASE m[2] WHEN 'MAXVALUE' THEN 'infinity' ELSE trim(m[2], '''')::timestamptz END
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid,
        regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(([^)]*)\) TO \(([^)]*)\)') m
     WHERE i.inhparent = $1 AND m IS NOT NULL ORDER BY 2;
  ELSIF to_regclass('timescaledb_information.chunks') IS NOT NULL THEN
    RETURN QUERY EXECUTE 'SELECT format(''%I.%I'', c.chunk_schema, c.chunk_name)::regclass, c.range_start, c.range_end
        FROM timescaledb_information.chunks c JOIN pg_class t ON t.relname = c.hypertable_name
        JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = c.hypertable_schema WHERE t.oid = $1 ORDER BY 2' USING $1;
  END IF;
END
$chunks$;
-- Statements that name a partition itself fire the partition's triggers and none of the table's.
CREATE OR REPLACE FUNCTION holdfast_series.watch(relation regclass, note name) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $watch$
DECLARE
  made record;
BEGIN
  FOR made IN SELECT w.* FROM (VALUES
      ('insert', 'INSERT', 'REFERENCING NEW TABLE AS holdfast_new'),
      ('update', 'UPDATE', 'REFERENCING OLD TABLE AS holdfast_old NEW TABLE AS holdfast_new'),
      ('delete', 'DELETE', 'REFERENCING OLD TABLE AS holdfast_old'),
      ('truncate', 'TRUNCATE', '')) AS w (word, event, tables)
     WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = relation AND t.tgname = 'zz_holdfast_series_' || w.word
       AND t.tgfoid = to_regprocedure(format('holdfast_series.%I()', note)) AND t.tgenabled IN ('A', 'O')) LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER zz_holdfast_series_%s AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION holdfast_series.%I()',
      made.word, made.event, relation, made.tables, note);
    -- what a subscription or a restore copies is noted, too; a hypertable takes no such word
    IF (SELECT relkind = 'p' OR relispartition FROM pg_class WHERE oid = relation) THEN
      EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER zz_holdfast_series_%s', relation, made.word);
    END IF;
  END LOOP;
END
$watch$;
CREATE OR REPLACE FUNCTION holdfast_series.watch_all(relation regclass, note name) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $watch$
BEGIN
  PERFORM holdfast_series.watch(relation, note);
  PERFORM holdfast_series.watch(p.relid, note) FROM pg_partition_tree(relation) p WHERE p.level > 0;
END
$watch$;
-- One more partition for rows from low to high; rows of that time that lie in the default partition move into it.
CREATE OR REPLACE FUNCTION holdfast_series.divide(t holdfast_series.tables, low timestamptz, high timestamptz) RETURNS void LANGUAGE plpgsql
  SET search_path = pg_catalog SET timezone = 'UTC' AS $divide$
DECLARE
  parent regclass := t.relation::regclass;
  other regclass := (SELECT nullif(partdefid, 0) FROM pg_partitioned_table WHERE partrelid = t.relation::regclass);
  part text;
  columns text;
  quiet boolean;
  moves boolean := false;
BEGIN
  -- whoever has begun to write a row may have chosen the default partition for it, and would be refused when it is attached
  EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', parent);
  IF other IS NOT NULL THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I >= %L AND %2$I < %4$L)', other, t.time_column, low, high) INTO moves;
    IF moves THEN
      -- a query that has listed the partitions and waits for the default one would find its rows in neither
      EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', parent);
    END IF;
  END IF;
  SELECT format('%I.%I', n.nspname, left(c.relname, 40) || '_' || to_char(low, CASE
      WHEN low = date_trunc('day', low) AND high = date_trunc('day', high) THEN 'YYYYMMDD' ELSE 'YYYYMMDD_HH24MI' END))
    INTO part FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent;
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION)%s',
    part, parent, CASE WHEN t.space_column IS NOT NULL THEN format(' PARTITION BY HASH (%I)', t.space_column) ELSE '' END);
  IF t.space_column IS NOT NULL THEN
    FOR i IN 0 .. t.space_parts - 1 LOOP
      EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
        (SELECT format('%I.%I', n.nspname, left(c.relname, 58) || '_s' || i) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.oid = part::regclass), part, t.space_parts, i);
    END LOOP;
  END IF;
  IF moves THEN
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
     WHERE attrelid = parent AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    -- a row that only moves changes no aggregate
    quiet := EXISTS (SELECT FROM pg_trigger WHERE tgrelid = other AND tgname = 'zz_holdfast_series_delete' AND tgenabled <> 'D');
    IF quiet THEN
      EXECUTE format('ALTER TABLE %s DISABLE TRIGGER zz_holdfast_series_delete', other);
    END IF;
    EXECUTE format('WITH gone AS (DELETE FROM %s WHERE %I >= %L AND %2$I < %4$L RETURNING %5$s) INSERT INTO %s (%5$s) SELECT * FROM gone',
      other, t.time_column, low, high, columns, part);
    IF quiet THEN
      EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER zz_holdfast_series_delete', other);
    END IF;
  END IF;
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', parent, part, low, high);
END
$divide$;
-- What the aggregates of a table need before rows before that time may go: their buckets written down, and kept from then on.
CREATE OR REPLACE FUNCTION holdfast_series.freeze(t holdfast_series.tables, upto timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $freeze$
DECLARE
  a holdfast_series.aggregates;
  edge timestamptz;
  stale timestamptz[];
  bucket timestamptz;
  written bigint;
BEGIN
  FOR a IN SELECT * FROM holdfast_series.aggregates g WHERE g.source = t.relation ORDER BY g.id FOR NO KEY UPDATE LOOP
    edge := date_bin(a.width, upto + a.width - interval '1 microsecond', {{origin}});
    IF a.watermark < edge THEN
      RAISE EXCEPTION 'aggregate % is written down up to % only, and rows before % are to go', a.name, a.watermark, edge
        USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT array_agg(DISTINCT l.bucket) INTO stale FROM holdfast_series.log l WHERE l.aggregate = a.id AND l.bucket < edge;
    DELETE FROM holdfast_series.log l WHERE l.aggregate = a.id AND l.bucket < edge;
    FOREACH bucket IN ARRAY coalesce(stale, '{}') LOOP
      IF bucket >= a.frozen THEN
        EXECUTE format('SELECT holdfast_series.%I($1, $1)', a.fill) INTO written USING bucket;
      END IF;
    END LOOP;
    UPDATE holdfast_series.aggregates g SET frozen = greatest(g.frozen, edge) WHERE g.id = a.id;
  END LOOP;
END
$freeze$;
CREATE OR REPLACE FUNCTION holdfast_series.retain(t holdfast_series.tables) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $retain$
DECLARE
  relation regclass := t.relation::regclass;
  other regclass := (SELECT nullif(partdefid, 0) FROM pg_partitioned_table WHERE partrelid = t.relation::regclass);
  -- no bucket that still has rows within the retention is frozen
  old timestamptz := least(now() - t.retention, (SELECT min(date_bin(g.width, now() - t.retention, {{origin}}))
    FROM holdfast_series.aggregates g WHERE g.source = t.relation));
  upto timestamptz;
  gone regclass;
  strays boolean := false;
BEGIN
  SELECT max(c.high) INTO upto FROM holdfast_series.chunks(relation) c WHERE c.high <= old AND NOT EXISTS (
    SELECT FROM holdfast_series.aggregates g WHERE g.source = t.relation
       AND date_bin(g.width, c.high + g.width - interval '1 microsecond', {{origin}}) > old);
  IF other IS NOT NULL THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I < $1)', other, t.time_column) INTO strays USING old;
  END IF;
  IF upto IS NULL AND NOT strays THEN
    RETURN;
  END IF;
  -- nobody writes and no refresh is at work until this is done
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', relation);
  PERFORM holdfast_series.freeze(t, CASE WHEN strays THEN old ELSE upto END);
  IF strays THEN
    EXECUTE format('DELETE FROM %s WHERE %I < $1', other, t.time_column) USING old;
  END IF;
  IF (SELECT relkind FROM pg_class WHERE oid = relation) = 'p' THEN
    FOR gone IN SELECT c.chunk FROM holdfast_series.chunks(relation) c WHERE c.high <= upto LOOP
      EXECUTE format('DROP TABLE %s', gone);
    END LOOP;
  ELSIF upto IS NOT NULL THEN
    EXECUTE format('SELECT count(*) FROM %s.drop_chunks($1, older_than => $2)', (SELECT n.nspname FROM pg_extension e
      JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb')) USING relation, upto;
  END IF;
END
$retain$;
CREATE OR REPLACE FUNCTION holdfast_series.keep_table(wanted text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET lock_timeout = '1s' AS $keep$
DECLARE
  t holdfast_series.tables;
  parent regclass;
  note name;
  at timestamptz;
  ends timestamptz;
  other regclass;
  strays timestamptz[];
BEGIN
  SELECT * INTO STRICT t FROM holdfast_series.tables s WHERE s.name = wanted;
  parent := t.relation::regclass;
  IF (SELECT relkind FROM pg_class WHERE oid = parent) = 'p' THEN
    SELECT nullif(partdefid, 0) INTO other FROM pg_partitioned_table WHERE partrelid = parent;
    IF other IS NULL THEN
      EXECUTE (SELECT format('CREATE TABLE %I.%I PARTITION OF %s DEFAULT', n.nspname, left(c.relname, 55) || '_default', parent)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent);
      SELECT nullif(partdefid, 0) INTO other FROM pg_partitioned_table WHERE partrelid = parent;
    END IF;
    at := date_bin(t.chunk, now(), {{origin}});
    ends := at + t.chunk * (t.ahead + 1);
    -- rows that came before there was a place for them, a few chunks at a time
    -- all of them are read before the first is made: nothing may still be reading what is altered
    EXECUTE format('SELECT array_agg(m.at) FROM (SELECT DISTINCT date_bin($1, d.%I, $2) AS at FROM %s d WHERE d.%1$I < $3 AND d.%1$I >= $4 ORDER BY 1 DESC LIMIT 32) m', t.time_column, other)
      INTO strays USING t.chunk, {{origin}}, ends, greatest(now() - t.retention, now() - t.chunk * 1000);
    FOREACH at IN ARRAY coalesce(strays, '{}') LOOP
      PERFORM holdfast_series.fit(t, at, at + t.chunk);
    END LOOP;
    PERFORM holdfast_series.fit(t, date_bin(t.chunk, now(), {{origin}}), ends);
    SELECT p.proname INTO note FROM pg_trigger tg JOIN pg_proc p ON p.oid = tg.tgfoid
     WHERE tg.tgrelid = parent AND tg.tgname = 'zz_holdfast_series_insert';
    IF note IS NOT NULL THEN
      PERFORM holdfast_series.watch_all(parent, note);
    END IF;
  END IF;
  IF t.retention IS NOT NULL THEN
    PERFORM holdfast_series.retain(t);
  END IF;
END
$keep$;
-- Partitions for all of a time, beside those that are there, whatever they span.
CREATE OR REPLACE FUNCTION holdfast_series.fit(t holdfast_series.tables, low timestamptz, ends timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $fit$
DECLARE
  at timestamptz := low;
  high timestamptz;
BEGIN
  WHILE at < ends LOOP
    SELECT max(c.high) INTO high FROM holdfast_series.chunks(t.relation::regclass) c WHERE c.low <= at AND c.high > at;
    IF high IS NULL THEN
      SELECT least(date_bin(t.chunk, at, {{origin}}) + t.chunk, min(c.low)) INTO high
        FROM holdfast_series.chunks(t.relation::regclass) c WHERE c.low > at;
      PERFORM holdfast_series.divide(t, at, high);
    END IF;
    at := high;
  END LOOP;
END
$fit$;
-- A transaction for each table: no lock on one is held while another is seen to.
CREATE OR REPLACE PROCEDURE holdfast_series.keep() LANGUAGE plpgsql AS $keep$
DECLARE
  wanted text;
  failed text;
BEGIN
  FOREACH wanted IN ARRAY coalesce((SELECT pg_catalog.array_agg(s.name ORDER BY s.name) FROM holdfast_series.tables s), '{}') LOOP
    failed := NULL;
    BEGIN
      PERFORM holdfast_series.keep_table(wanted);
    EXCEPTION WHEN OTHERS THEN
      failed := SQLERRM;
    END;
    UPDATE holdfast_series.tables s SET trouble = failed, kept_at = CASE WHEN failed IS NULL THEN pg_catalog.clock_timestamp() ELSE s.kept_at END
     WHERE s.name = wanted;
    COMMIT;
  END LOOP;
END
$keep$;
DO $mark$
BEGIN
  EXECUTE format('COMMENT ON PROCEDURE holdfast_series.keep() IS %L', 'holdfast: series {{mark}} ' || (
    SELECT md5(string_agg(pg_get_functiondef(oid), '' ORDER BY proname)) FROM pg_proc
     WHERE pronamespace = 'holdfast_series'::regnamespace AND proname ~ '^[a-z_]+$'));
END
$mark$
