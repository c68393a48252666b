-- What whoever collects says it holds and charges. Only ever added to: the last word on an account is what it holds now.
CREATE TABLE acknowledgements (
    area         TEXT   COLLATE "C" NOT NULL,
    account      TEXT   COLLATE "C" NOT NULL,
    number       BIGINT NOT NULL,          -- counts within the account
    decision     BYTEA  NOT NULL,          -- the hash of the body it was taken from
    month        TEXT   NOT NULL,          -- the month that was charged; empty where the rate is held
    rate_percent TEXT   NOT NULL,
    caller       TEXT   NOT NULL,
    at           TEXT   NOT NULL,
    PRIMARY KEY (area, account, number)
);

CREATE TRIGGER acknowledgements_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON acknowledgements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
