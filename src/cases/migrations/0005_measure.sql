-- Where a case comes from: alerts, or the control sample (control.h).
ALTER TABLE desk_case ADD COLUMN origin TEXT NOT NULL DEFAULT 'alert';
CREATE INDEX case_by_origin ON desk_case (origin, is_open, soon_ms);
-- The control sample: where the event stands by which its subject was drawn. month: of the quota.
CREATE TABLE control_case (
    case_id BIGINT PRIMARY KEY REFERENCES desk_case (id),
    month BIGINT NOT NULL,
    drawn_ms BIGINT NOT NULL,
    topic TEXT NOT NULL,
    part BIGINT NOT NULL,
    place BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    institution TEXT NOT NULL
);
CREATE INDEX control_by_month ON control_case (month);
-- Why the second look came to what it came to: for auditors, not for the first.
ALTER TABLE blind_review ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX review_by_done ON blind_review (done_ms, asked_ms);
-- regions: of the people, who decides must see them all. people: their numbers. second 0 and granted
-- 1: it was one person, and needed nobody.
ALTER TABLE unmask_request ADD COLUMN regions TEXT NOT NULL DEFAULT '';
CREATE INDEX unmask_by_account ON unmask_request (account, asked_ms);
-- By which a token is listed and revoked; 0 for a session.
ALTER TABLE credential ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
-- Versions of patterns as their alerts came in.
CREATE TABLE pattern_seen (
    pattern TEXT NOT NULL,
    version BIGINT NOT NULL,
    pack TEXT NOT NULL,
    first_ms BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    alerts BIGINT NOT NULL,
    PRIMARY KEY (pattern, version, pack)
);
-- Who is told over HTTP. change_id: the last change that was made a delivery, or passed over.
CREATE TABLE webhook (
    id BIGINT PRIMARY KEY,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    region TEXT NOT NULL,
    secret BLOB NOT NULL,
    active BIGINT NOT NULL,
    account BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    change_id BIGINT NOT NULL,
    last_ok_ms BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    failures BIGINT NOT NULL
);
-- state: waiting, done, given_up. change_id 0: a test.
CREATE TABLE webhook_delivery (
    id BIGINT PRIMARY KEY,
    webhook BIGINT NOT NULL REFERENCES webhook (id),
    change_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    made_ms BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    claimed_until_ms BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    status BIGINT NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX delivery_by_due ON webhook_delivery (state, due_ms);
CREATE INDEX delivery_by_webhook ON webhook_delivery (webhook, id);
