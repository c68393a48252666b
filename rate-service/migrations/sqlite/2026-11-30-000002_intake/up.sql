-- Which accounts rows of facts name: what else is read with a range of accounts.
-- And the credit codes of accounts, by which these are found.

-- Rows that were taken back keep their mention: whoever reads too much reads nothing wrong.
CREATE TABLE mentions (
    area    TEXT NOT NULL,
    account TEXT NOT NULL,  -- whose row it is
    kind    TEXT NOT NULL,  -- name of the table of the book
    other   TEXT NOT NULL,  -- whom it names
    PRIMARY KEY (area, account, kind, other)
) WITHOUT ROWID;
CREATE INDEX mentions_of_other ON mentions (area, other, kind, account);

CREATE TRIGGER mentions_keep_updated BEFORE UPDATE ON mentions BEGIN SELECT RAISE(ABORT, 'mentions: rows are only ever added'); END;
CREATE TRIGGER mentions_keep_deleted BEFORE DELETE ON mentions BEGIN SELECT RAISE(ABORT, 'mentions: rows are only ever added'); END;

-- Imports: rows that change, and go.

-- An import and how far it is.
CREATE TABLE imports (
    id TEXT NOT NULL PRIMARY KEY,
    area TEXT NOT NULL,
    mode TEXT NOT NULL,
    keep TEXT NOT NULL,
    dry_run BOOLEAN NOT NULL,
    author TEXT NOT NULL,
    opened_at TEXT NOT NULL,   -- RFC 3339 in UTC to the millisecond
    state TEXT NOT NULL,
    stage TEXT NOT NULL,       -- what a worker does next
    problem TEXT NOT NULL,     -- why it failed
    number BIGINT NOT NULL     -- knowledge number it was committed under; 0 before
) WITHOUT ROWID;

-- How far it is, and who works on it.
CREATE TABLE import_progress (
    import TEXT NOT NULL PRIMARY KEY,
    known BIGINT NOT NULL,       -- the facts it is checked against
    round BIGINT NOT NULL,
    cursor TEXT NOT NULL,     -- the last account that was checked in this round
    accounts BIGINT NOT NULL,    -- checked so far
    problems BIGINT NOT NULL,    -- found by the check, listed or not
    owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL, -- milliseconds since 1970
    fence BIGINT NOT NULL
) WITHOUT ROWID;

-- A file of an import.
CREATE TABLE import_parts (
    import TEXT NOT NULL,
    part BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL, -- name of the table of the book; empty where each row says it
    form TEXT NOT NULL,
    encoding TEXT NOT NULL,
    mapping TEXT NOT NULL,
    attempt BIGINT NOT NULL, -- the upload under way, or the last
    bytes BIGINT NOT NULL, -- of that upload
    digest TEXT NOT NULL, -- SHA-256 of the upload that is whole
    whole BIGINT NOT NULL, -- that upload; 0 where none is
    state TEXT NOT NULL, -- sent, reading, read
    rows BIGINT NOT NULL,
    problems BIGINT NOT NULL, -- found in reading it, listed or not
    PRIMARY KEY (import, part)
) WITHOUT ROWID;

-- Bytes of uploads, in order; gone when the import ends.
CREATE TABLE import_pieces (
    import TEXT NOT NULL,
    part BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    place BIGINT NOT NULL, -- of its first byte
    bytes BLOB NOT NULL,
    PRIMARY KEY (import, part, attempt, place)
);

-- Rows of an import, not yet facts; gone when the import ends.
CREATE TABLE import_rows (
    import TEXT NOT NULL,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    leaf BLOB NOT NULL,
    part BIGINT NOT NULL,
    "row" BIGINT NOT NULL, -- in its part
    standing BOOLEAN NOT NULL, -- else it is withdrawn
    line TEXT NOT NULL,
    PRIMARY KEY (import, account, kind, leaf, part, "row")
) WITHOUT ROWID;

-- Which accounts these rows name.
CREATE TABLE import_mentions (
    import TEXT NOT NULL,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    other TEXT NOT NULL,
    PRIMARY KEY (import, account, kind, other)
) WITHOUT ROWID;
CREATE INDEX import_mentions_of_other ON import_mentions (import, other, kind, account);

-- Accounts that an import does not touch after all (mark 0), and those to be checked again in a round.
CREATE TABLE import_accounts (
    import TEXT NOT NULL,
    mark BIGINT NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (import, mark, account)
) WITHOUT ROWID;

-- What is wrong with an import: the first so many.
CREATE TABLE import_problems (
    import TEXT NOT NULL,
    number BIGINT NOT NULL, -- from 1
    stage TEXT NOT NULL,    -- reading or checking
    account TEXT NOT NULL, -- empty where it is of none
    part BIGINT NOT NULL, -- 0 where it is of no row that came
    file TEXT NOT NULL,
    place TEXT NOT NULL, -- sheet, row and column as a person reads them
    field TEXT NOT NULL,
    code TEXT NOT NULL,
    zh TEXT NOT NULL,
    en TEXT NOT NULL,
    PRIMARY KEY (import, number)
) WITHOUT ROWID;

-- Control totals: of a table the rows (column empty), and the sum of each column of amounts.
CREATE TABLE import_totals (
    import TEXT NOT NULL,
    part BIGINT NOT NULL,
    kind TEXT NOT NULL,
    "column" TEXT NOT NULL,
    total TEXT NOT NULL, -- decimal, of any size
    PRIMARY KEY (import, part, kind, "column")
) WITHOUT ROWID;
