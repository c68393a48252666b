-- Annual runs: state rows, which change. What a run publishes stands in bodies and entries.

CREATE TABLE runs (
    id          TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    area        TEXT   COLLATE "C" NOT NULL,
    request     TEXT   NOT NULL,          -- JSON: what was asked for
    accepted    TEXT   NOT NULL,          -- kinds of findings accepted by name
    state       TEXT   NOT NULL,
    author      TEXT   NOT NULL,
    reviewer    TEXT,
    approver    TEXT,
    knowledge   BIGINT,                   -- the number the facts were frozen at
    frozen      TEXT,                     -- JSON: control totals, what was found, how the law was chosen
    problem     TEXT,                     -- why it failed
    owner       TEXT,                     -- who works on it as a whole
    lease_until BIGINT NOT NULL,          -- milliseconds since 1970, by the clock of the database
    fence       BIGINT NOT NULL,          -- counts owners
    attempts    BIGINT NOT NULL,
    created_at  TEXT   NOT NULL           -- RFC 3339 in UTC to the millisecond
);
CREATE INDEX runs_of_area ON runs (area, created_at, id);

-- Every change of state.
CREATE TABLE run_events (
    run         TEXT   COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,
    state       TEXT   NOT NULL,
    act         TEXT   NOT NULL,
    who         TEXT   NOT NULL,
    recorded_at TEXT   NOT NULL,
    remark      TEXT   NOT NULL,
    PRIMARY KEY (run, number)
);

-- The law a run is pinned to: canonical forms, the rule set first.
CREATE TABLE run_law (
    run     TEXT   COLLATE "C" NOT NULL,
    place   BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    digest  BYTEA NOT NULL,
    content TEXT   NOT NULL,
    PRIMARY KEY (run, place)
);

-- What the diagnostics found.
CREATE TABLE run_findings (
    run      TEXT   COLLATE "C" NOT NULL,
    number   BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    account  TEXT,                        -- none where it concerns the book
    file     TEXT   NOT NULL,
    field    TEXT   NOT NULL,
    reported TEXT   NOT NULL,             -- JSON: the values of its sentence
    PRIMARY KEY (run, number)
);

-- Contiguous ranges of accounts, each leased to one owner at a time.
CREATE TABLE run_chunks (
    run           TEXT    COLLATE "C" NOT NULL,
    number        BIGINT  NOT NULL,
    after_account TEXT    COLLATE "C" NOT NULL,
    upto          TEXT    COLLATE "C" NOT NULL,
    accounts      BIGINT  NOT NULL,
    done          BOOLEAN NOT NULL,
    owner         TEXT,
    lease_until   BIGINT  NOT NULL,
    fence         BIGINT  NOT NULL,
    attempts      BIGINT  NOT NULL,
    summary       TEXT,                   -- JSON: sums over its accounts
    PRIMARY KEY (run, number)
);

-- Bodies of a run that is not published yet, one row a chunk.
CREATE TABLE run_blocks (
    run    TEXT   COLLATE "C" NOT NULL,
    chunk  BIGINT NOT NULL,
    places TEXT   NOT NULL,               -- JSON: account and length of each body
    bodies BYTEA NOT NULL,
    PRIMARY KEY (run, chunk)
);

-- Accounts without a rate of this run.
CREATE TABLE run_left_out (
    run      TEXT   COLLATE "C" NOT NULL,
    account  TEXT   COLLATE "C" NOT NULL,
    chunk    BIGINT NOT NULL,
    why      TEXT   NOT NULL,             -- refused, not-insured
    problems TEXT   NOT NULL,             -- JSON
    PRIMARY KEY (run, account)
);
