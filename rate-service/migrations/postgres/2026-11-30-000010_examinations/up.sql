-- What auditors asked of the stored book or of a published run: work that goes on in pieces, by one worker at a time.
CREATE TABLE examinations (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL CHECK (kind IN ('replay', 'audit')),
    area        TEXT   NOT NULL,
    request     TEXT   NOT NULL,          -- what was asked, as JSON
    knowledge   BIGINT NOT NULL,          -- the facts of the day it was asked
    law         BIGINT NOT NULL,          -- the last publication of law that counts
    state       TEXT   NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    done        BIGINT NOT NULL,          -- how many records or accounts
    out_of      BIGINT NOT NULL,          -- of how many; 0 where nobody knows
    lines       BIGINT NOT NULL,          -- of the list, so far
    result      TEXT   NOT NULL,          -- sums so far, or why it failed, as their writer wrote it
    fence       BIGINT NOT NULL,          -- how often it was taken up
    lease_until BIGINT NOT NULL,          -- by the clock of the database
    asked_by    TEXT   NOT NULL,
    asked_at    TEXT COLLATE "C" NOT NULL,
    ended_at    TEXT
);
CREATE INDEX examinations_open ON examinations (state, asked_at);
CREATE INDEX examinations_of ON examinations (area, kind, asked_at);

-- Every change of state of an examination; gone with it.
CREATE TABLE examination_events (
    examination TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,          -- from 1
    state       TEXT   NOT NULL,
    recorded_at TEXT   NOT NULL,          -- RFC 3339 in UTC to the millisecond
    PRIMARY KEY (examination, number)
);

-- The list that an examination came to, a line in both languages; gone with it.
CREATE TABLE examination_lines (
    examination TEXT COLLATE "C" NOT NULL,
    place       BIGINT NOT NULL,          -- from 0
    zh          TEXT   NOT NULL,          -- JSON
    en          TEXT   NOT NULL,
    PRIMARY KEY (examination, place)
);

-- The files that an examination came to; gone with it.
CREATE TABLE examination_files (
    examination TEXT COLLATE "C" NOT NULL,
    lang        TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    content     BYTEA  NOT NULL,
    PRIMARY KEY (examination, lang, name)
);
