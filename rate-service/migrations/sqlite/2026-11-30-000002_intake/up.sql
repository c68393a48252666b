-- Which accounts rows of facts name: what else is read with a range of accounts.

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
