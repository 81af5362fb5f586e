-- Who is who. Nothing else in the store names a person: alerts and cases hold the number.
CREATE TABLE identity (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    lookup BLOB NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    pseudonym TEXT NOT NULL UNIQUE,
    key_version BIGINT NOT NULL
);
CREATE INDEX identity_by_version ON identity (key_version, id);
