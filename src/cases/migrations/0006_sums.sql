-- How many closed cases each pattern has of each outcome: asked for with every alert that comes in.
CREATE TABLE sum_verdict (
    pattern TEXT NOT NULL,
    outcome TEXT NOT NULL,
    cases BIGINT NOT NULL,
    PRIMARY KEY (pattern, outcome)
);
INSERT INTO sum_verdict (pattern, outcome, cases)
SELECT pattern, outcome, COUNT(*) FROM verdict GROUP BY pattern, outcome;
-- Where an institution stands, by the reference file.
ALTER TABLE institution ADD COLUMN region TEXT NOT NULL DEFAULT '';
