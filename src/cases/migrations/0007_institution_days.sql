-- What an institution's alerts come to, by the day of their end, so that the overview's map has the days that were
-- asked for. Where it stands is in sum_institution.
CREATE TABLE sum_institution_day (
    institution TEXT NOT NULL,
    day BIGINT NOT NULL,
    alerts BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    PRIMARY KEY (institution, day)
);
-- Days are those of UTC+8, as everywhere. An alert's newest row is counted, unless it was withdrawn.
INSERT INTO sum_institution_day (institution, day, alerts, amount_fen)
SELECT institution, (ended_ms + 28800000) / 86400000, COUNT(*), SUM(amount_fen)
FROM alert WHERE is_current = 1 AND status <> 'withdrawn' AND institution <> ''
GROUP BY institution, (ended_ms + 28800000) / 86400000;
CREATE INDEX sum_institution_by_day ON sum_institution_day (institution, day, alerts, amount_fen);
ALTER TABLE sum_institution DROP COLUMN alerts;
ALTER TABLE sum_institution DROP COLUMN amount_fen;
-- The same of a region: sum_alert has a row for each of its patterns, which are many to add up.
CREATE TABLE sum_region_day (
    day BIGINT NOT NULL,
    region TEXT NOT NULL,
    alerts BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    PRIMARY KEY (day, region)
);
INSERT INTO sum_region_day (day, region, alerts, amount_fen)
SELECT day, region, SUM(alerts), SUM(amount_fen) FROM sum_alert GROUP BY day, region;
