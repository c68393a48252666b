-- The table and the indexes that the service keeps records in, made as its migration makes them.
CREATE TABLE bodies (
    run text COLLATE "C" NOT NULL, place bigint NOT NULL, area text COLLATE "C" NOT NULL, account text COLLATE "C" NOT NULL,
    leaf bytea NOT NULL, body bytea NOT NULL, PRIMARY KEY (run, place)
);
CREATE UNIQUE INDEX bodies_of_account ON bodies (area, account, run);
-- Bytes of the length of a record: the outcome in JSON, filled up with what a trace would take. The leaf is their SHA-256.
INSERT INTO bodies
SELECT 'peer', place, '990100', account, sha256(body), body FROM (
    SELECT row_number() OVER (ORDER BY account) - 1 AS place, account,
        convert_to(rpad(row_to_json(decided)::text, :body_bytes, '.'), 'UTF8') AS body
    FROM decided
) AS it;
