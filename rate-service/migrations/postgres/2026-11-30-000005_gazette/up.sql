-- Rule sets and parameters on their way to being law, who approved and published them, and what they would change.

-- A document as somebody uploaded it, under the digest of its canonical form.
CREATE TABLE drafts (
    digest      BYTEA NOT NULL PRIMARY KEY,
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('rule-set', 'parameters')),
    area        TEXT COLLATE "C" NOT NULL,
    name        TEXT NOT NULL,             -- area and version of a rule set, name of parameters
    form        TEXT NOT NULL CHECK (form IN ('toml', 'json')),
    source      TEXT NOT NULL,             -- as it came
    content     TEXT NOT NULL,             -- its canonical form, resolved
    verdict     TEXT NOT NULL,
    findings    TEXT NOT NULL,
    supersedes  BYTEA,                      -- the document it takes the place of once it is published
    author      TEXT NOT NULL,             -- the key that uploaded it
    author_name TEXT NOT NULL,             -- who held that
    uploaded_at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX drafts_of_area ON drafts (area, kind, uploaded_at, digest);

-- That somebody else approved a document. Only ever added to.
CREATE TABLE approvals (
    digest          BYTEA NOT NULL PRIMARY KEY,
    approver        TEXT NOT NULL,         -- the key
    approver_name   TEXT NOT NULL,         -- who held that
    document_number TEXT NOT NULL,         -- 批准文号
    organ           TEXT NOT NULL,         -- 批准机关
    dated           TEXT NOT NULL,         -- 批准日期
    approved_at     TEXT NOT NULL
);

-- That a document holds from here on, or may be tried from here on. Only ever added to.
CREATE TABLE publications (
    number         BIGINT NOT NULL PRIMARY KEY,   -- gapless, from 1, under the lock of the log
    digest         BYTEA   NOT NULL UNIQUE,
    trial          BOOLEAN NOT NULL,
    publisher      TEXT   NOT NULL,        -- the key
    publisher_name TEXT   NOT NULL,        -- who held that
    published_at   TEXT   NOT NULL
);

-- What a rule set would change for the accounts of an area: work that goes on a range of accounts at a time.
CREATE TABLE impacts (
    id            TEXT COLLATE "C"   NOT NULL PRIMARY KEY,
    area          TEXT   NOT NULL,
    digest        BYTEA   NOT NULL,         -- the rule set
    against       BYTEA   NOT NULL,         -- the one it is held against
    day           TEXT   NOT NULL,         -- on which the law of the rule set is asked
    day_before    TEXT   NOT NULL,         -- on which that of the other is
    knowledge     BIGINT NOT NULL,         -- the facts
    law           BIGINT NOT NULL,         -- the last publication whose parameters count
    state         TEXT   NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    after_account TEXT COLLATE "C"   NOT NULL,         -- how far it is
    result        TEXT   NOT NULL,         -- sums over the accounts so far; why it failed, where it did
    fence         BIGINT NOT NULL,         -- how often it was taken up
    lease_until   BIGINT NOT NULL,         -- by the clock of the database
    asked_by      TEXT   NOT NULL,
    asked_at      TEXT   NOT NULL,
    ended_at      TEXT
);
CREATE INDEX impacts_open ON impacts (state, asked_at);

CREATE TRIGGER approvals_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON approvals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER publications_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON publications FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
