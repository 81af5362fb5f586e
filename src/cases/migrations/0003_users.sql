CREATE TABLE account (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    roles BIGINT NOT NULL,
    regions TEXT NOT NULL,
    active BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    locked_until_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);
-- Sessions of browsers and tokens of machines: what is presented is hashed and never stored.
CREATE TABLE credential (
    hash BLOB PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    label TEXT NOT NULL,
    csrf TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX credential_by_account ON credential (account);
CREATE INDEX credential_by_end ON credential (expires_ms);
