-- Facts, law, records and the log over them. Rows are only ever added; triggers refuse the rest, TRUNCATE too.

-- A row of the book that came to be known, or was taken back; what stands is the last of both for a line.
CREATE TABLE facts (
    area      TEXT    COLLATE "C" NOT NULL,
    account   TEXT    COLLATE "C" NOT NULL,           -- empty for what is about the area
    kind      TEXT    COLLATE "C" NOT NULL, -- name of the table of the book
    knowledge BIGINT  NOT NULL,           -- gapless, from 1
    leaf      BYTEA    NOT NULL,           -- 32 bytes: SHA-256 of 0x00, the sign, the table and the line
    standing  BOOLEAN NOT NULL,
    line      TEXT    NOT NULL,
    PRIMARY KEY (area, account, kind, knowledge, leaf)
);
CREATE INDEX facts_of_batch ON facts (knowledge);

CREATE TABLE knowledge (
    number      BIGINT NOT NULL PRIMARY KEY,
    recorded_at TEXT   NOT NULL,          -- RFC 3339 in UTC to the millisecond
    entry       BIGINT NOT NULL UNIQUE    -- place of its entry in the log
);

-- Canonical forms of rule sets and parameters.
CREATE TABLE documents (
    digest  BYTEA NOT NULL PRIMARY KEY,
    kind    TEXT NOT NULL CHECK (kind IN ('rule-set', 'parameters')),
    content TEXT NOT NULL
);

-- Bodies of published runs, in the order of their tree.
CREATE TABLE bodies (
    run     TEXT   COLLATE "C" NOT NULL,
    place   BIGINT NOT NULL,
    area    TEXT   COLLATE "C" NOT NULL,
    account TEXT   COLLATE "C" NOT NULL,
    leaf    BYTEA   NOT NULL,
    body    BYTEA   NOT NULL,
    PRIMARY KEY (run, place)
);
CREATE UNIQUE INDEX bodies_of_account ON bodies (area, account, run);

CREATE TABLE entries (
    place BIGINT NOT NULL PRIMARY KEY,    -- from 0
    leaf  BYTEA   NOT NULL,
    entry BYTEA   NOT NULL
);

CREATE TABLE checkpoints (
    size BIGINT NOT NULL PRIMARY KEY,
    note TEXT   NOT NULL
);

-- Public keys, oldest first.
CREATE TABLE signers (
    place BIGINT NOT NULL PRIMARY KEY,
    key   TEXT   NOT NULL UNIQUE
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: rows are only ever added', TG_TABLE_NAME;
END;
$$;

CREATE TRIGGER facts_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON facts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER knowledge_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON knowledge FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER documents_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON documents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bodies_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON bodies FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entries_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoints_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER signers_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON signers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
