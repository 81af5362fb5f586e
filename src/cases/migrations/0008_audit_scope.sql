-- Where each record of the audit chain belongs: to the region of the case or alert that it is about, the regions of the
-- account that it is about, or else those of the account that left it. 0: it is everywhere's alone. This is not part of
-- the chain: it says who is shown a record, not what happened.
CREATE TABLE audit_scope (
    id BIGINT PRIMARY KEY,
    regions TEXT NOT NULL UNIQUE
);
INSERT INTO audit_scope (id, regions)
SELECT ROW_NUMBER() OVER (ORDER BY regions), regions
FROM (SELECT region AS regions FROM desk_case UNION SELECT region FROM alert UNION SELECT regions FROM account) AS known
WHERE regions <> '';
INSERT INTO counter (name, next) SELECT 'audit_scope', COUNT(*) FROM audit_scope;
ALTER TABLE audit ADD COLUMN scope BIGINT NOT NULL DEFAULT 0;
-- "case/17", "case/17/3" for its file 3, "review/17", "account/4": the number alone is looked up.
UPDATE audit SET scope = COALESCE((SELECT s.id FROM desk_case c JOIN audit_scope s ON s.regions = c.region
    WHERE c.id = CAST(substr(audit.object, 6) AS BIGINT)), 0)
WHERE object LIKE 'case/_%' AND rtrim(substr(object, 6), '0123456789') = '';
UPDATE audit SET scope = COALESCE((SELECT s.id FROM desk_case c JOIN audit_scope s ON s.regions = c.region
    WHERE c.id = CAST(rtrim(rtrim(substr(audit.object, 6), '0123456789'), '/') AS BIGINT)), 0)
WHERE object LIKE 'case/_%/_%' AND rtrim(rtrim(rtrim(substr(object, 6), '0123456789'), '/'), '0123456789') = '';
UPDATE audit SET scope = COALESCE((SELECT s.id FROM desk_case c JOIN audit_scope s ON s.regions = c.region
    WHERE c.id = CAST(substr(audit.object, 8) AS BIGINT)), 0)
WHERE object LIKE 'review/_%' AND rtrim(substr(object, 8), '0123456789') = '';
UPDATE audit SET scope = COALESCE((SELECT s.id FROM alert a JOIN audit_scope s ON s.regions = a.region
    WHERE a.id = substr(audit.object, 7) AND a.is_current = 1), 0)
WHERE object LIKE 'alert/_%';
UPDATE audit SET scope = COALESCE((SELECT s.id FROM account a JOIN audit_scope s ON s.regions = a.regions
    WHERE a.id = CAST(substr(audit.object, 9) AS BIGINT)), 0)
WHERE object LIKE 'account/_%' AND rtrim(substr(object, 9), '0123456789') = '';
UPDATE audit SET scope = COALESCE((SELECT s.id FROM account a JOIN audit_scope s ON s.regions = a.regions
    WHERE a.name = audit.actor), 0)
WHERE object NOT LIKE 'case/%' AND object NOT LIKE 'review/%' AND object NOT LIKE 'alert/%' AND object NOT LIKE 'account/%';
-- A page is found in the index alone, however few of the records are shown.
CREATE INDEX audit_by_seq ON audit (seq DESC, scope, action, at_ms);
