-- The words that three_year.sql and jiangsu.sql use, in DuckDB.
CREATE MACRO month_number(it) AS CAST(it[1:4] AS BIGINT) * 12 + CAST(it[6:7] AS BIGINT) - 1;
CREATE MACRO half_up(above, below) AS CAST((2 * above + below) // (2 * below) AS BIGINT);
CREATE MACRO whole(above, below) AS CAST(above // below AS BIGINT);
CREATE MACRO ppm(percent) AS CAST(CAST(percent AS DECIMAL(18, 4)) * 10000 AS BIGINT);
CREATE MACRO factor(step) AS [50, 80, 100, 120, 150][step + 1];
CREATE MACRO grade_label(step) AS ['50%', '80%', '100%', '120%', '150%'][step + 1];
CREATE TABLE base_rates AS SELECT * FROM (VALUES
    (1, false, 2000), (2, false, 4000), (3, false, 7000), (4, false, 9000), (5, false, 11000), (6, false, 13000),
    (7, false, 16000), (8, false, 19000), (1, true, 3000), (2, true, 6000), (3, true, 9000), (4, true, 11000),
    (5, true, 13000), (6, true, 16000), (7, true, 19000), (8, true, 22000)) AS it(class, second, rate);
