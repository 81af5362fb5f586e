-- Who sends what is in the outbox, until when: one process at a time, so that nothing leaves twice and an older decision
-- never leaves after a newer one.
CREATE TABLE outbox_holder (
    id BIGINT PRIMARY KEY,
    holder BIGINT NOT NULL,
    until_ms BIGINT NOT NULL
);
