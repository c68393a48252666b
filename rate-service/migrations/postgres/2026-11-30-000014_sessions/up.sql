-- Who is signed in to the console: a key stands behind each session, and takes it along when it is taken back.
CREATE TABLE sessions (
    hash       BYTEA NOT NULL PRIMARY KEY,    -- SHA-256 of what the browser keeps
    key        TEXT  NOT NULL,             -- the letters that name the key
    created_at TEXT COLLATE "C" NOT NULL,             -- RFC 3339 in UTC to the millisecond
    seen_at    TEXT COLLATE "C" NOT NULL              -- the last request, to the minute
);
