-- What was decided, an account a row, and nothing of how.
CREATE TABLE decided (
    account text COLLATE "C" PRIMARY KEY, origin text NOT NULL, grade text NOT NULL, rate_ppm bigint NOT NULL,
    later_ppm bigint NOT NULL, premium_fen bigint NOT NULL
);
