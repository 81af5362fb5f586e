-- By what the store knows its keys: an HMAC of a fixed text under each. Names are those of the key
-- file. From a print no key follows.
CREATE TABLE key_print (
    name TEXT PRIMARY KEY,
    print BLOB NOT NULL
);
