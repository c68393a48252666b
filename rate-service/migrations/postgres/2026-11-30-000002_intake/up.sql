-- Which accounts rows of facts name: what else is read with a range of accounts.

-- Rows that were taken back keep their mention: whoever reads too much reads nothing wrong.
CREATE TABLE mentions (
    area    TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,  -- whose row it is
    kind    TEXT COLLATE "C" NOT NULL,  -- name of the table of the book
    other   TEXT COLLATE "C" NOT NULL,  -- whom it names
    PRIMARY KEY (area, account, kind, other)
);
CREATE INDEX mentions_of_other ON mentions (area, other, kind, account);

CREATE TRIGGER mentions_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON mentions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
