-- Where the result of a run is announced before it is published. Only ever added to: the last word on a run holds.
CREATE TABLE announcements (
    run         TEXT COLLATE "C"  NOT NULL,
    number      BIGINT            NOT NULL,     -- counts within the run
    first_day   TEXT              NOT NULL,
    place       TEXT              NOT NULL,     -- where it can be seen
    recorded_by TEXT              NOT NULL,     -- who recorded it
    recorded_at TEXT              NOT NULL,     -- RFC 3339 in UTC to the millisecond
    PRIMARY KEY (run, number)
);
CREATE TRIGGER announcements_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON announcements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How the notice of an account about a run was served. Only ever added to: the last word on an account holds.
CREATE TABLE services (
    run         TEXT COLLATE "C"  NOT NULL,
    account     TEXT COLLATE "C"  NOT NULL,
    number      BIGINT            NOT NULL,     -- counts within the account of the run
    served_on   TEXT              NOT NULL,
    channel     TEXT              NOT NULL,     -- in-person, post, electronic, left, public
    proof       TEXT              NOT NULL,     -- number of the receipt, or where it lies
    recorded_by TEXT              NOT NULL,
    recorded_at TEXT              NOT NULL,
    PRIMARY KEY (run, account, number)
);
CREATE TRIGGER services_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON services FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What an employer undertook against the rate that a run gave it. Only ever added to: what becomes of it stands among the events.
CREATE TABLE objections (
    id          TEXT COLLATE "C"  NOT NULL,
    area        TEXT COLLATE "C"  NOT NULL,
    account     TEXT COLLATE "C"  NOT NULL,
    run         TEXT COLLATE "C"  NOT NULL,
    kind        TEXT              NOT NULL,     -- recheck, review, lawsuit
    filed_on    TEXT              NOT NULL,
    last_day    TEXT              NOT NULL,     -- of its term, as reckoned then; empty where it could not be
    grounds     TEXT              NOT NULL,
    documents   TEXT              NOT NULL,     -- of the evidence, as JSON
    recorded_by TEXT              NOT NULL,
    recorded_at TEXT              NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX objections_of ON objections (area, account);
CREATE INDEX objections_against ON objections (run);
CREATE TRIGGER objections_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON objections FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What became of it, one after the other.
CREATE TABLE objection_events (
    objection   TEXT COLLATE "C"  NOT NULL,
    number      BIGINT            NOT NULL,     -- from 1
    state       TEXT              NOT NULL,     -- filed, withdrawn, rejected, granted, redetermined
    happened_on TEXT              NOT NULL,     -- the day of the decision
    document    TEXT              NOT NULL,     -- the decision that says so
    remark      TEXT              NOT NULL,     -- reasons
    run         TEXT              NOT NULL,     -- the run by which it was determined again; else empty
    recorded_by TEXT              NOT NULL,
    recorded_at TEXT              NOT NULL,
    PRIMARY KEY (objection, number)
);
CREATE TRIGGER objection_events_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON objection_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
