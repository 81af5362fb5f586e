-- What an institution's alerts come to, by the day of their end, so that the overview's map has the days
-- that were asked for. region: that of sum_institution, which says where an institution stands.
CREATE TABLE sum_institution_day (
    day BIGINT NOT NULL,
    institution TEXT NOT NULL,
    region TEXT NOT NULL,
    alerts BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    PRIMARY KEY (day, institution)
);
-- Days are those of UTC+8, as everywhere. An alert's newest row is counted, unless it was withdrawn.
INSERT INTO sum_institution_day (day, institution, region, alerts, amount_fen)
SELECT (a.ended_ms + 28800000) / 86400000, a.institution, MIN(s.region), COUNT(*), SUM(a.amount_fen)
FROM alert a JOIN sum_institution s ON s.institution = a.institution
WHERE a.is_current = 1 AND a.status <> 'withdrawn'
GROUP BY (a.ended_ms + 28800000) / 86400000, a.institution;
CREATE INDEX sum_institution_by_day ON sum_institution_day (day, institution, region, alerts, amount_fen);
ALTER TABLE sum_institution DROP COLUMN alerts;
ALTER TABLE sum_institution DROP COLUMN amount_fen;
