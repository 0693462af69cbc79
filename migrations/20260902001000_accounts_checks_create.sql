-- Checks of the books, by schedule, with what they found.

CREATE TABLE accounts_checks (
    id uuid PRIMARY KEY,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    CONSTRAINT accounts_checks_end_after_they_begin CHECK (finished_at >= started_at)
);
COMMENT ON TABLE accounts_checks IS 'Checks of the books, 账务检查: run every quarter of an hour, and kept.';
CREATE INDEX accounts_checks_by_start ON accounts_checks (started_at DESC);

CREATE TABLE accounts_check_rules (
    check_id uuid NOT NULL
        CONSTRAINT accounts_check_rules_check_exists REFERENCES accounts_checks (id),
    place smallint NOT NULL,
    rule text NOT NULL CONSTRAINT accounts_check_rules_rule_not_blank CHECK (rule <> ''),
    findings text[] NOT NULL,
    PRIMARY KEY (check_id, place)
);
COMMENT ON COLUMN accounts_check_rules.findings IS 'What breaks the rule; empty where it holds.';

REVOKE UPDATE, DELETE ON accounts_checks, accounts_check_rules FROM countinghouse_app;
