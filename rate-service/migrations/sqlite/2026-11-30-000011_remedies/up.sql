-- Where the result of a run is announced before it is published. Only ever added to: the last word on a run holds.
CREATE TABLE announcements (
    run         TEXT   NOT NULL,
    number      BIGINT NOT NULL,          -- counts within the run
    first_day   TEXT   NOT NULL,
    place       TEXT   NOT NULL,          -- where it can be seen
    recorded_by TEXT   NOT NULL,          -- who recorded it
    recorded_at TEXT   NOT NULL,          -- RFC 3339 in UTC to the millisecond
    PRIMARY KEY (run, number)
);
CREATE TRIGGER announcements_keep_updated BEFORE UPDATE ON announcements BEGIN SELECT RAISE(ABORT, 'announcements: rows are only ever added'); END;
CREATE TRIGGER announcements_keep_deleted BEFORE DELETE ON announcements BEGIN SELECT RAISE(ABORT, 'announcements: rows are only ever added'); END;

-- How the notice of an account about a run was served. Only ever added to: the last word on an account holds.
CREATE TABLE services (
    run         TEXT   NOT NULL,
    account     TEXT   NOT NULL,
    number      BIGINT NOT NULL,          -- counts within the account of the run
    served_on   TEXT   NOT NULL,
    channel     TEXT   NOT NULL,          -- in-person, post, electronic, left, public
    proof       TEXT   NOT NULL,          -- number of the receipt, or where it lies
    recorded_by TEXT   NOT NULL,
    recorded_at TEXT   NOT NULL,
    PRIMARY KEY (run, account, number)
);
CREATE TRIGGER services_keep_updated BEFORE UPDATE ON services BEGIN SELECT RAISE(ABORT, 'services: rows are only ever added'); END;
CREATE TRIGGER services_keep_deleted BEFORE DELETE ON services BEGIN SELECT RAISE(ABORT, 'services: rows are only ever added'); END;

-- What an employer undertook against the rate that a run gave it. Only ever added to: what becomes of it stands among the events.
CREATE TABLE objections (
    id          TEXT   NOT NULL,
    area        TEXT   NOT NULL,
    account     TEXT   NOT NULL,
    run         TEXT   NOT NULL,
    kind        TEXT   NOT NULL,          -- recheck, review, lawsuit
    filed_on    TEXT   NOT NULL,
    last_day    TEXT   NOT NULL,          -- of its term, as reckoned then; empty where it could not be
    grounds     TEXT   NOT NULL,
    documents   TEXT   NOT NULL,          -- of the evidence, as JSON
    recorded_by TEXT   NOT NULL,
    recorded_at TEXT   NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX objections_of ON objections (area, account);
CREATE INDEX objections_against ON objections (run);
CREATE TRIGGER objections_keep_updated BEFORE UPDATE ON objections BEGIN SELECT RAISE(ABORT, 'objections: rows are only ever added'); END;
CREATE TRIGGER objections_keep_deleted BEFORE DELETE ON objections BEGIN SELECT RAISE(ABORT, 'objections: rows are only ever added'); END;

-- What became of it, one after the other.
CREATE TABLE objection_events (
    objection   TEXT   NOT NULL,
    number      BIGINT NOT NULL,          -- from 1
    state       TEXT   NOT NULL,          -- filed, withdrawn, rejected, granted, redetermined
    happened_on TEXT   NOT NULL,          -- the day of the decision
    document    TEXT   NOT NULL,          -- the decision that says so
    remark      TEXT   NOT NULL,          -- reasons
    run         TEXT   NOT NULL,          -- the run by which it was determined again; else empty
    recorded_by TEXT   NOT NULL,
    recorded_at TEXT   NOT NULL,
    PRIMARY KEY (objection, number)
);
CREATE TRIGGER objection_events_keep_updated BEFORE UPDATE ON objection_events BEGIN SELECT RAISE(ABORT, 'objection_events: rows are only ever added'); END;
CREATE TRIGGER objection_events_keep_deleted BEFORE DELETE ON objection_events BEGIN SELECT RAISE(ABORT, 'objection_events: rows are only ever added'); END;
