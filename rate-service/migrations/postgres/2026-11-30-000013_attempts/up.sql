-- How often the piece of an examination that is next was taken up without coming to its end; gone once it does.
CREATE TABLE examination_attempts (
    examination TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    attempts    BIGINT NOT NULL
);
