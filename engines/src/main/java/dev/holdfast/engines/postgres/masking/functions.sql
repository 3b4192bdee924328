CREATE FUNCTION pg_temp.holdfast_hash(value text) RETURNS bytea LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $f$
  SELECT sha256(decode(current_setting('holdfast.masking'), 'hex')
    || sha256(decode(current_setting('holdfast.masking'), 'hex') || convert_to(value, 'UTF8')))
$f$;
-- a number that the hash gives, below the limit
CREATE FUNCTION pg_temp.holdfast_drawn(hash bytea, place int, below int) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
  SELECT ((get_byte(hash, place)::bigint << 24 | get_byte(hash, place + 1) << 16 | get_byte(hash, place + 2) << 8 | get_byte(hash, place + 3)) % below)::int
$f$;
CREATE FUNCTION pg_temp.holdfast_first(hash bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
  SELECT ('{{first}}'::text[])[1 + pg_temp.holdfast_drawn(hash, 8, {{firsts}})]
$f$;
CREATE FUNCTION pg_temp.holdfast_last(hash bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
  SELECT ('{{last}}'::text[])[1 + pg_temp.holdfast_drawn(hash, 12, {{lasts}})]
$f$;
CREATE FUNCTION pg_temp.holdfast_email(value text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $f$
  SELECT lower(pg_temp.holdfast_first(hash)) || '.' || encode(substr(hash, 17, 8), 'hex') || '@example.com'
    FROM pg_temp.holdfast_hash(value) AS hash
$f$;
CREATE FUNCTION pg_temp.holdfast_address(value inet) RETURNS inet LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $f$
  SELECT CASE family(value)
    WHEN 4 THEN ('10.' || get_byte(hash, 0) || '.' || get_byte(hash, 1) || '.' || get_byte(hash, 2))::inet
    ELSE (regexp_replace('fd' || encode(substr(hash, 1, 15), 'hex'), '(.{4})(?!$)', '\1:', 'g'))::inet END
    FROM pg_temp.holdfast_hash(host(value)) AS hash
$f$;
-- Puts one row of digits in the place of another of equal length, so that no two become one: a Feistel network whose rounds are
-- keyed hashes, over halves of at most 18 digits.
CREATE FUNCTION pg_temp.holdfast_permuted(digits text) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $f$
DECLARE
  key bytea := decode(current_setting('holdfast.masking'), 'hex');
  n int := length(digits);
  u int := n / 2;
  a bigint;
  b bigint;
  below_a bigint := power(10::numeric, u)::bigint;
  below_b bigint := power(10::numeric, n - u)::bigint;
  drawn bigint;
BEGIN
  IF n = 0 THEN
    RETURN digits;
  ELSIF n > 36 THEN
    RETURN pg_temp.holdfast_permuted(left(digits, 36)) || pg_temp.holdfast_permuted(substr(digits, 37));
  ELSIF n = 1 THEN
    RETURN ((digits::int + 1 + get_byte(sha256(key || convert_to('digit', 'UTF8')), 0) % 9) % 10)::text;
  END IF;
  a := left(digits, u)::bigint;
  b := substr(digits, u + 1)::bigint;
  FOR round IN 1..10 LOOP
    drawn := ('x' || encode(substr(sha256(key || convert_to(n || ' ' || round || ' ' ||
      CASE WHEN round % 2 = 1 THEN b ELSE a END, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint & 1152921504606846975;
    IF round % 2 = 1 THEN
      a := (a + drawn % below_a) % below_a;
    ELSE
      b := (b + drawn % below_b) % below_b;
    END IF;
  END LOOP;
  RETURN lpad(a::text, u, '0') || lpad(b::text, n - u, '0');
END
$f$;
-- the last so many digits of a text; all other characters keep their places
CREATE FUNCTION pg_temp.holdfast_digits(value text, tail int) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $f$
DECLARE
  digits text := regexp_replace(value, '[^0-9]', '', 'g');
  kept int := greatest(length(digits) - tail, 0);
  changed text := left(digits, kept) || pg_temp.holdfast_permuted(substr(digits, kept + 1));
  written text := '';
  next int := 1;
BEGIN
  IF digits = value THEN
    RETURN changed;
  END IF;
  FOR i IN 1..length(value) LOOP
    IF substr(value, i, 1) BETWEEN '0' AND '9' AND substr(value, i, 1) ~ '^[0-9]$' THEN
      written := written || substr(changed, next, 1);
      next := next + 1;
    ELSE
      written := written || substr(value, i, 1);
    END IF;
  END LOOP;
  RETURN written;
END
$f$;
-- a whole number of as many digits; what would begin with a zero or be too large is drawn again, so that no two become one
CREATE FUNCTION pg_temp.holdfast_number(value bigint, most numeric) RETURNS bigint LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $f$
DECLARE
  digits text := ltrim(value::text, '-');
BEGIN
  IF value = 0 THEN
    RETURN value;
  END IF;
  LOOP
    digits := pg_temp.holdfast_permuted(digits);
    EXIT WHEN left(digits, 1) <> '0' AND digits::numeric <= most;
  END LOOP;
  RETURN CASE WHEN value < 0 THEN ('-' || digits)::bigint ELSE digits::bigint END;
END
$f$;
