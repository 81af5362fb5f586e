-- Alerts as they came in, newest revision, people as tokens. body: the masked alert, zstd.
-- money: of its events, (hash, fen) pairs; see money.h. An alert that goes on after its case was
-- closed gets a second row, in a new case: is_current tells the one that still changes.
CREATE TABLE alert (
    seq BIGINT PRIMARY KEY,
    id TEXT NOT NULL,
    is_current BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    pattern TEXT NOT NULL,
    pattern_version BIGINT NOT NULL,
    status TEXT NOT NULL,
    result_type TEXT NOT NULL,
    severity BIGINT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    amount_fen BIGINT NOT NULL,
    region TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    ended_ms BIGINT NOT NULL,
    events BIGINT NOT NULL,
    received_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    topic TEXT NOT NULL,
    part BIGINT NOT NULL,
    place BIGINT NOT NULL,
    institution TEXT NOT NULL,
    level TEXT NOT NULL,
    age_group TEXT NOT NULL,
    case_id BIGINT NOT NULL,
    money BLOB NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX alert_by_id ON alert (id, seq);
CREATE INDEX alert_by_case ON alert (case_id, seq);
CREATE INDEX alert_by_pattern ON alert (pattern, seq);
CREATE INDEX alert_by_subject ON alert (subject, seq);
-- What alerts were taken from a topic's partition so far.
CREATE TABLE feed_place (
    topic TEXT NOT NULL,
    part BIGINT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (topic, part)
);
-- worth: probability x money x severity; rank: worth x what its clock adds. 0 in a number of
-- people, times or cases means none.
CREATE TABLE desk_case (
    id BIGINT PRIMARY KEY,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT NOT NULL,
    action BIGINT NOT NULL,
    is_open BIGINT NOT NULL,
    region TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    patterns TEXT NOT NULL,
    result_type TEXT NOT NULL,
    severity BIGINT NOT NULL,
    alerts BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    probability DOUBLE PRECISION NOT NULL,
    worth DOUBLE PRECISION NOT NULL,
    rank DOUBLE PRECISION NOT NULL,
    opened_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    worked_ms BIGINT NOT NULL,
    news_ms BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    soon_ms BIGINT NOT NULL,
    clock BIGINT NOT NULL,
    extended BIGINT NOT NULL,
    idle_ms BIGINT NOT NULL,
    escalated_ms BIGINT NOT NULL,
    assignee BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    snoozed_until_ms BIGINT NOT NULL,
    proposer BIGINT NOT NULL,
    approver BIGINT NOT NULL,
    closer BIGINT NOT NULL,
    conditions BIGINT NOT NULL,
    closed_ms BIGINT NOT NULL,
    appeal TEXT NOT NULL,
    sampled BIGINT NOT NULL
);
CREATE INDEX case_by_rank ON desk_case (is_open, rank DESC, id DESC);
CREATE INDEX case_by_due ON desk_case (is_open, due_ms, id);
CREATE INDEX case_by_news ON desk_case (is_open, news_ms DESC, id DESC);
CREATE INDEX case_by_amount ON desk_case (is_open, amount_fen DESC, id DESC);
CREATE INDEX case_by_soon ON desk_case (is_open, clock, soon_ms);
CREATE INDEX case_by_idle ON desk_case (is_open, escalated_ms, idle_ms);
CREATE INDEX case_by_assignee ON desk_case (assignee, is_open, rank DESC, id DESC);
CREATE INDEX case_by_state ON desk_case (state, rank DESC, id DESC);
CREATE INDEX case_by_lease ON desk_case (lease_until_ms);
CREATE INDEX case_by_closing ON desk_case (closed_ms);
-- Who and what a case is about: a subject of an alert (is_subject 1), or one involved.
CREATE TABLE case_party (
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    case_id BIGINT NOT NULL REFERENCES desk_case (id),
    is_subject BIGINT NOT NULL,
    roles TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    ended_ms BIGINT NOT NULL,
    PRIMARY KEY (kind, ref, case_id)
);
CREATE INDEX party_by_case ON case_party (case_id);
-- What happened to a case. undo: how it stood before, while the actor may still take it back.
CREATE TABLE case_event (
    id BIGINT PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES desk_case (id),
    at_ms BIGINT NOT NULL,
    actor BIGINT NOT NULL,
    actor_name TEXT NOT NULL,
    what TEXT NOT NULL,
    text TEXT NOT NULL,
    detail TEXT NOT NULL,
    undo TEXT NOT NULL
);
CREATE INDEX case_event_by_case ON case_event (case_id, id);
CREATE TABLE case_tag (
    case_id BIGINT NOT NULL REFERENCES desk_case (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (case_id, tag)
);
CREATE INDEX case_tag_by_tag ON case_tag (tag, case_id);
CREATE TABLE case_file (
    id BIGINT PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES desk_case (id),
    name TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    size BIGINT NOT NULL,
    content BLOB NOT NULL,
    at_ms BIGINT NOT NULL,
    actor_name TEXT NOT NULL
);
CREATE INDEX case_file_by_case ON case_file (case_id);
-- The smaller number first.
CREATE TABLE case_link (
    one BIGINT NOT NULL REFERENCES desk_case (id),
    other BIGINT NOT NULL REFERENCES desk_case (id),
    reason TEXT NOT NULL,
    PRIMARY KEY (one, other)
);
CREATE INDEX case_link_by_other ON case_link (other);
-- What others are told, in the order in which it happened: ids have no gaps.
CREATE TABLE change (
    id BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    what TEXT NOT NULL,
    object TEXT NOT NULL,
    case_id BIGINT NOT NULL,
    region TEXT NOT NULL
);
-- Sums that the overview shows, kept as alerts come and cases close. day: of the alert's end.
CREATE TABLE sum_alert (
    day BIGINT NOT NULL,
    pattern TEXT NOT NULL,
    region TEXT NOT NULL,
    result_type TEXT NOT NULL,
    alerts BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    PRIMARY KEY (day, pattern, region, result_type)
);
CREATE TABLE sum_institution (
    institution TEXT PRIMARY KEY,
    region TEXT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    alerts BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL
);
-- What the reference file says of institutions.
CREATE TABLE institution (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    level TEXT NOT NULL
);
CREATE TABLE sum_case (
    region TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT NOT NULL,
    cases BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    PRIMARY KEY (region, state, outcome)
);
-- Per pattern of a closed case: what became of it.
CREATE TABLE verdict (
    case_id BIGINT NOT NULL REFERENCES desk_case (id),
    pattern TEXT NOT NULL,
    outcome TEXT NOT NULL,
    region TEXT NOT NULL,
    level TEXT NOT NULL,
    age_group TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (case_id, pattern)
);
CREATE INDEX verdict_by_pattern ON verdict (pattern, outcome);
-- Dispositions on their way to the log, not before due_ms: until then they can be taken back.
CREATE TABLE outbox (
    id BIGINT PRIMARY KEY,
    case_id BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    alert TEXT NOT NULL,
    value TEXT NOT NULL
);
CREATE INDEX outbox_by_due ON outbox (due_ms);
CREATE INDEX outbox_by_case ON outbox (case_id);
CREATE TABLE saved_filter (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    UNIQUE (account, name)
);
-- Answers to writes that carried an idempotency key.
CREATE TABLE idempotency (
    account BIGINT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX idempotency_by_time ON idempotency (at_ms);
-- A second look at a closed case by one who does not see the first.
CREATE TABLE blind_review (
    case_id BIGINT PRIMARY KEY REFERENCES desk_case (id),
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    reviewer BIGINT NOT NULL,
    asked_ms BIGINT NOT NULL,
    done_ms BIGINT NOT NULL
);
CREATE TABLE unmask_request (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL,
    account_name TEXT NOT NULL,
    people TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_ms BIGINT NOT NULL,
    second BIGINT NOT NULL,
    decided_ms BIGINT NOT NULL,
    granted BIGINT NOT NULL
);
-- Whoever writes at the desk takes this row first, so that changes are numbered in the order in which
-- they become visible.
INSERT INTO counter (name, next) VALUES ('change', 0);
