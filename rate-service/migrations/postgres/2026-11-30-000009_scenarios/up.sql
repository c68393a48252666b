-- What was asked of the stored book of an area: work that is done as a whole, by one worker at a time.
CREATE TABLE scenarios (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    area        TEXT   NOT NULL,
    day         TEXT   NOT NULL,          -- of the annual setting
    study       TEXT   NOT NULL,          -- study/1 as JSON, as it came
    knowledge   BIGINT NOT NULL,          -- the facts
    law         BIGINT NOT NULL,          -- the last publication that counts
    state       TEXT   NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    stage       TEXT   NOT NULL,          -- what is done while it is running; else empty
    done        BIGINT NOT NULL,          -- how much of the stage
    out_of      BIGINT NOT NULL,          -- of how much; 0 where nobody knows
    problems    TEXT   NOT NULL,          -- why it failed, as its writer wrote it; else empty
    fence       BIGINT NOT NULL,          -- how often it was taken up
    lease_until BIGINT NOT NULL,          -- by the clock of the database
    asked_by    TEXT   NOT NULL,
    asked_at    TEXT COLLATE "C" NOT NULL,
    ended_at    TEXT
);
CREATE INDEX scenarios_open ON scenarios (state, asked_at);
CREATE INDEX scenarios_of ON scenarios (area, asked_at);

-- Every change of state of a scenario; gone with it.
CREATE TABLE scenario_events (
    scenario    TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,          -- from 1
    state       TEXT   NOT NULL,
    recorded_at TEXT   NOT NULL,          -- RFC 3339 in UTC to the millisecond
    PRIMARY KEY (scenario, number)
);

-- What came of a scenario, in every language and form in which it is read; gone with it.
CREATE TABLE scenario_parts (
    scenario TEXT COLLATE "C" NOT NULL,
    lang     TEXT   NOT NULL,
    form     TEXT   NOT NULL,             -- json or csv of a table, html of the report
    place    BIGINT NOT NULL,             -- from 0, in the order people read them
    name     TEXT   NOT NULL,
    content  TEXT   NOT NULL,
    PRIMARY KEY (scenario, lang, form, place)
);
