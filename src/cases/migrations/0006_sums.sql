-- How many closed cases each pattern has of each outcome: asked for with every alert that comes in.
CREATE TABLE sum_verdict (
    pattern TEXT NOT NULL,
    outcome TEXT NOT NULL,
    cases BIGINT NOT NULL,
    PRIMARY KEY (pattern, outcome)
);
INSERT INTO sum_verdict (pattern, outcome, cases)
SELECT pattern, outcome, COUNT(*) FROM verdict GROUP BY pattern, outcome;
-- Counters of the service, which begin again with its process, summed over all of them. seen: how far
-- the counter of the process that runs now was read.
CREATE TABLE meter (
    name TEXT PRIMARY KEY,
    total DOUBLE PRECISION NOT NULL,
    seen DOUBLE PRECISION NOT NULL
);
