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
-- Each order of the queue with all that it is filtered by, so that a page is found in the index alone,
-- however rare what is looked for.
DROP INDEX case_by_rank;
DROP INDEX case_by_due;
DROP INDEX case_by_news;
DROP INDEX case_by_amount;
DROP INDEX case_by_state;
CREATE INDEX case_by_rank ON desk_case (rank DESC, id DESC, is_open, snoozed_until_ms, state, clock, severity, result_type, origin,
    escalated_ms, assignee, region, patterns);
CREATE INDEX case_by_due ON desk_case (due_ms, id, is_open, snoozed_until_ms, state, clock, severity, result_type, origin,
    escalated_ms, assignee, region, patterns);
CREATE INDEX case_by_news ON desk_case (news_ms DESC, id DESC, is_open, snoozed_until_ms, state, clock, severity, result_type, origin,
    escalated_ms, assignee, region, patterns);
CREATE INDEX case_by_amount ON desk_case (amount_fen DESC, id DESC, is_open, snoozed_until_ms, state, clock, severity, result_type, origin,
    escalated_ms, assignee, region, patterns);
-- What time may end; few are.
DROP INDEX case_by_lease;
CREATE INDEX case_by_lease ON desk_case (lease_until_ms) WHERE lease_until_ms > 0;
CREATE INDEX case_by_snooze ON desk_case (snoozed_until_ms) WHERE snoozed_until_ms > 0;
CREATE INDEX party_by_ref ON case_party (ref, case_id);
CREATE INDEX sum_alert_by_day ON sum_alert (day, pattern, result_type, region, alerts, amount_fen);
