-- The words that three_year.sql and jiangsu.sql use, in PostgreSQL; sums are asked for as whole numbers of 64 bits.
CREATE FUNCTION month_number(text) RETURNS bigint IMMUTABLE PARALLEL SAFE LANGUAGE sql
    AS 'SELECT substr($1, 1, 4)::bigint * 12 + substr($1, 6, 2)::bigint - 1';
CREATE FUNCTION half_up(bigint, bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE LANGUAGE sql
    AS 'SELECT (2 * $1 + $2) / (2 * $2)';
CREATE FUNCTION whole(bigint, bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE LANGUAGE sql AS 'SELECT $1 / $2';
CREATE FUNCTION ppm(text) RETURNS bigint IMMUTABLE PARALLEL SAFE LANGUAGE sql AS 'SELECT ($1::numeric * 10000)::bigint';
CREATE FUNCTION factor(bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE LANGUAGE sql
    AS 'SELECT (ARRAY[50, 80, 100, 120, 150])[$1 + 1]::bigint';
CREATE FUNCTION grade_label(bigint) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql
    AS $$SELECT (ARRAY['50%', '80%', '100%', '120%', '150%'])[$1 + 1]$$;
CREATE TABLE base_rates (class bigint, second boolean, rate bigint);
INSERT INTO base_rates VALUES
    (1, false, 2000), (2, false, 4000), (3, false, 7000), (4, false, 9000), (5, false, 11000), (6, false, 13000),
    (7, false, 16000), (8, false, 19000), (1, true, 3000), (2, true, 6000), (3, true, 9000), (4, true, 11000),
    (5, true, 13000), (6, true, 16000), (7, true, 19000), (8, true, 22000);
