-- Who may ask what, who did, and what was answered to a request that may come again.

-- A key is 256 random bits; only their hash is kept.
CREATE TABLE api_keys (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,  -- the first letters of the key, which may be shown
    hash       BYTEA NOT NULL,              -- SHA-256 of the whole key
    role       TEXT NOT NULL CHECK (role IN ('billing', 'officer', 'approver', 'actuary', 'auditor', 'admin')),
    areas      TEXT NOT NULL,              -- codes with commas between; * is every area
    holder     TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    revoked_at TEXT
);

-- One row for each request that was let in or turned away. Only ever added to.
CREATE TABLE accesses (
    trace     TEXT COLLATE "C"   NOT NULL PRIMARY KEY, -- the request
    at        TEXT COLLATE "C"   NOT NULL,
    caller    TEXT COLLATE "C"   NOT NULL,             -- empty where nobody is known
    operation TEXT COLLATE "C"   NOT NULL,
    area      TEXT   NOT NULL,             -- empty where it is about none
    status    BIGINT NOT NULL
);
CREATE INDEX accesses_by_time ON accesses (at);

CREATE TRIGGER accesses_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON accesses FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Written in the transaction of the effect, so that there is one exactly where there is the other.
CREATE TABLE answers (
    caller      TEXT COLLATE "C"   NOT NULL,
    operation   TEXT COLLATE "C"   NOT NULL,
    key         TEXT COLLATE "C"   NOT NULL,           -- Idempotency-Key of the request
    fingerprint BYTEA   NOT NULL,           -- SHA-256 of its path and body
    at          TEXT COLLATE "C"   NOT NULL,
    status      BIGINT NOT NULL,
    location    TEXT   NOT NULL,           -- empty where there is none
    body        TEXT   NOT NULL,
    PRIMARY KEY (caller, operation, key)
);
CREATE INDEX answers_by_time ON answers (at);
