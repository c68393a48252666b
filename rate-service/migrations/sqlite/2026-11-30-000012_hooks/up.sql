-- What happened that others may want to know: written in the transaction in which it happens, told apart from it.
CREATE TABLE hook_events (
    number      BIGINT  NOT NULL PRIMARY KEY,  -- counted on, under a lock of its own
    area        TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    data        TEXT    NOT NULL,          -- JSON: names of things, no person and no amount
    recorded_at TEXT    NOT NULL,          -- RFC 3339 in UTC to the millisecond
    shared_out  BOOLEAN NOT NULL           -- whether every webhook that wants it has a delivery of it
);
CREATE INDEX hook_events_open ON hook_events (shared_out, number);

-- Where somebody wants to be told.
CREATE TABLE webhooks (
    id           TEXT   NOT NULL PRIMARY KEY,
    area         TEXT   NOT NULL,
    url          TEXT   NOT NULL,
    kinds        TEXT   NOT NULL,          -- with spaces between
    secret       TEXT   NOT NULL,          -- whsec_…: what is sent is signed with it, so it is kept as it is
    former       TEXT   NOT NULL,          -- the secret before it; empty where there is none
    former_until TEXT   NOT NULL,          -- until when that one signs too
    state        TEXT   NOT NULL CHECK (state IN ('active', 'disabled')),
    created_by   TEXT   NOT NULL,
    created_at   TEXT   NOT NULL,
    disabled_at  TEXT,
    rests_until  BIGINT NOT NULL,          -- nothing is sent before, by the clock of the database
    served_at    BIGINT NOT NULL,          -- when it was last taken up: who has waited longest is next
    fence        BIGINT NOT NULL,          -- how often it was taken up
    lease_until  BIGINT NOT NULL           -- by the clock of the database
);
CREATE INDEX webhooks_of ON webhooks (area, id);

-- An event on its way to a webhook.
CREATE TABLE hook_deliveries (
    webhook  TEXT   NOT NULL,
    event    BIGINT NOT NULL,
    state    TEXT   NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts BIGINT NOT NULL,
    status   BIGINT NOT NULL,              -- of the last answer; 0 where there was none
    problem  TEXT   NOT NULL,              -- why there was none; else empty
    due_at   BIGINT NOT NULL,              -- of the next attempt, by the clock of the database
    tried_at TEXT,                         -- the last attempt
    ended_at TEXT,
    PRIMARY KEY (webhook, event)
);
CREATE INDEX hook_deliveries_due ON hook_deliveries (state, due_at);
CREATE INDEX hook_deliveries_of ON hook_deliveries (event);
