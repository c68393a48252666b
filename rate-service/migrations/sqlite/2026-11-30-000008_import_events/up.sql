-- Every change of state of an import, and what is done with it while it is checked.
CREATE TABLE import_events (
    import      TEXT NOT NULL,
    number      BIGINT NOT NULL,          -- from 1
    state       TEXT   NOT NULL,
    stage       TEXT   NOT NULL,          -- empty but while it is checked
    recorded_at TEXT   NOT NULL,          -- RFC 3339 in UTC to the millisecond
    PRIMARY KEY (import, number)
) WITHOUT ROWID;
