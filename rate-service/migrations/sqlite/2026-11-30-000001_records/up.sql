-- Facts, law, records and the log over them. Rows are only ever added; triggers refuse the rest. A REPLACE fires them
-- where recursive_triggers is on, which every connection sets and reads back.

-- A row of the book that came to be known, or was taken back; what stands is the last of both for a line.
CREATE TABLE facts (
    area      TEXT    NOT NULL,
    account   TEXT    NOT NULL,           -- empty for what is about the area
    kind      TEXT    NOT NULL,           -- name of the table of the book
    knowledge BIGINT  NOT NULL,           -- gapless, from 1
    leaf      BLOB    NOT NULL,           -- 32 bytes: SHA-256 of 0x00, the sign, the table and the line
    standing  BOOLEAN NOT NULL,
    line      TEXT    NOT NULL,
    PRIMARY KEY (area, account, kind, knowledge, leaf)
) WITHOUT ROWID;
CREATE INDEX facts_of_batch ON facts (knowledge);

CREATE TABLE knowledge (
    number      BIGINT NOT NULL PRIMARY KEY,
    recorded_at TEXT   NOT NULL,          -- RFC 3339 in UTC to the millisecond
    entry       BIGINT NOT NULL UNIQUE    -- place of its entry in the log
) WITHOUT ROWID;

-- Canonical forms of rule sets and parameters.
CREATE TABLE documents (
    digest  BLOB NOT NULL PRIMARY KEY,
    kind    TEXT NOT NULL CHECK (kind IN ('rule-set', 'parameters')),
    content TEXT NOT NULL
) WITHOUT ROWID;

-- Bodies of published runs, in the order of their tree.
CREATE TABLE bodies (
    run     TEXT   NOT NULL,
    place   BIGINT NOT NULL,
    area    TEXT   NOT NULL,
    account TEXT   NOT NULL,
    leaf    BLOB   NOT NULL,
    body    BLOB   NOT NULL,
    PRIMARY KEY (run, place)
) WITHOUT ROWID;
CREATE UNIQUE INDEX bodies_of_account ON bodies (area, account, run);

CREATE TABLE entries (
    place BIGINT NOT NULL PRIMARY KEY,    -- from 0
    leaf  BLOB   NOT NULL,
    entry BLOB   NOT NULL
) WITHOUT ROWID;

CREATE TABLE checkpoints (
    size BIGINT NOT NULL PRIMARY KEY,
    note TEXT   NOT NULL
) WITHOUT ROWID;

-- Public keys, oldest first.
CREATE TABLE signers (
    place BIGINT NOT NULL PRIMARY KEY,
    key   TEXT   NOT NULL UNIQUE
) WITHOUT ROWID;

CREATE TRIGGER facts_keep_updated BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'facts: rows are only ever added'); END;
CREATE TRIGGER facts_keep_deleted BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts: rows are only ever added'); END;
CREATE TRIGGER knowledge_keep_updated BEFORE UPDATE ON knowledge BEGIN SELECT RAISE(ABORT, 'knowledge: rows are only ever added'); END;
CREATE TRIGGER knowledge_keep_deleted BEFORE DELETE ON knowledge BEGIN SELECT RAISE(ABORT, 'knowledge: rows are only ever added'); END;
CREATE TRIGGER documents_keep_updated BEFORE UPDATE ON documents BEGIN SELECT RAISE(ABORT, 'documents: rows are only ever added'); END;
CREATE TRIGGER documents_keep_deleted BEFORE DELETE ON documents BEGIN SELECT RAISE(ABORT, 'documents: rows are only ever added'); END;
CREATE TRIGGER bodies_keep_updated BEFORE UPDATE ON bodies BEGIN SELECT RAISE(ABORT, 'bodies: rows are only ever added'); END;
CREATE TRIGGER bodies_keep_deleted BEFORE DELETE ON bodies BEGIN SELECT RAISE(ABORT, 'bodies: rows are only ever added'); END;
CREATE TRIGGER entries_keep_updated BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries: rows are only ever added'); END;
CREATE TRIGGER entries_keep_deleted BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries: rows are only ever added'); END;
CREATE TRIGGER checkpoints_keep_updated BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints: rows are only ever added'); END;
CREATE TRIGGER checkpoints_keep_deleted BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints: rows are only ever added'); END;
CREATE TRIGGER signers_keep_updated BEFORE UPDATE ON signers BEGIN SELECT RAISE(ABORT, 'signers: rows are only ever added'); END;
CREATE TRIGGER signers_keep_deleted BEFORE DELETE ON signers BEGIN SELECT RAISE(ABORT, 'signers: rows are only ever added'); END;
