-- Approval rules as data: chains of steps, levels, stand-ins for absent colleagues, expiry, and
-- what every checker was shown.
ALTER TABLE staff ADD COLUMN employee_no text CONSTRAINT staff_employee_no_form
    CHECK (employee_no ~ '^[0-9A-Za-z-]{1,32}$');
COMMENT ON COLUMN staff.employee_no IS
    'Number of the person, 工号: accounts with the same number are one person to every approval';

ALTER TABLE approvals
    ADD COLUMN revision integer NOT NULL DEFAULT 1,
    ADD COLUMN steps jsonb NOT NULL
        DEFAULT '[{"level": "L1", "role": null, "second_factor": false}]',
    ADD COLUMN votes_missing smallint,
    ADD COLUMN rules text[] NOT NULL DEFAULT '{}',
    ADD COLUMN facts jsonb NOT NULL DEFAULT '{"shares": [], "sources": []}',
    ADD COLUMN amount_minor bigint,
    ADD COLUMN currency text,
    ADD COLUMN counted_on date,
    ADD COLUMN hours smallint NOT NULL DEFAULT 72,
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN escalations integer NOT NULL DEFAULT 0;
UPDATE approvals SET votes_missing = CASE
    WHEN state IN ('approved', 'executed', 'stale') THEN 0 ELSE 1 END;
ALTER TABLE approvals
    ALTER COLUMN votes_missing SET NOT NULL,
    ADD CONSTRAINT approvals_steps_all_agreed
        CHECK (state NOT IN ('approved', 'executed', 'stale') OR votes_missing = 0),
    ADD CONSTRAINT approvals_pending_misses_a_step CHECK (state <> 'pending' OR votes_missing > 0),
    ADD CONSTRAINT approvals_steps_some CHECK (jsonb_array_length(steps) BETWEEN 1 AND 12),
    ADD CONSTRAINT approvals_amount_has_currency
        CHECK ((amount_minor IS NULL) = (currency IS NULL));
COMMENT ON COLUMN approvals.steps IS 'The chain the rules demanded when it was proposed';
COMMENT ON COLUMN approvals.facts IS 'What the rules looked at, with the marks a checker sees';
COMMENT ON COLUMN approvals.expires_at IS 'When the open step is escalated; it never lapses';

CREATE TABLE approval_revisions (
    approval_id uuid NOT NULL REFERENCES approvals (id),
    revision integer NOT NULL,
    content jsonb NOT NULL,
    content_hash text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (approval_id, revision),
    CONSTRAINT approval_revisions_hash_of_one UNIQUE (approval_id, revision, content_hash)
);
COMMENT ON TABLE approval_revisions IS 'Each content a request has had, 审批内容版本';
INSERT INTO approval_revisions (approval_id, revision, content, content_hash, at)
    SELECT id, 1, content, content_hash, made_at FROM approvals;

CREATE TABLE approval_votes (
    approval_id uuid NOT NULL,
    revision integer NOT NULL,
    step smallint NOT NULL,
    staff_id uuid NOT NULL REFERENCES staff (id),
    absent_id uuid REFERENCES staff (id),
    verdict text NOT NULL CONSTRAINT approval_votes_verdict_known
        CHECK (verdict IN ('approve', 'reject')),
    content_hash text NOT NULL,
    level text NOT NULL CONSTRAINT approval_votes_level_known
        CHECK (level IN ('L1', 'L2', 'L3', 'L4')),
    second_factor boolean NOT NULL,
    note text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (approval_id, revision, step),
    CONSTRAINT approval_votes_on_what_was_shown
        FOREIGN KEY (approval_id, revision, content_hash)
        REFERENCES approval_revisions (approval_id, revision, content_hash),
    CONSTRAINT approval_votes_not_for_oneself CHECK (absent_id <> staff_id)
);
COMMENT ON TABLE approval_votes IS 'Who said what in which step, about exactly which content';
CREATE INDEX approval_votes_by_staff ON approval_votes (staff_id, at DESC);

CREATE TABLE approval_people (
    approval_id uuid NOT NULL,
    revision integer NOT NULL,
    person text NOT NULL,
    part text NOT NULL CONSTRAINT approval_people_part_known
        CHECK (part IN ('maker', 'checker', 'absent')),
    CONSTRAINT approval_people_nobody_twice PRIMARY KEY (approval_id, revision, person),
    CONSTRAINT approval_people_of_a_revision
        FOREIGN KEY (approval_id, revision) REFERENCES approval_revisions (approval_id, revision)
);
COMMENT ON TABLE approval_people IS
    'Every person with a part in a request, lent rights included: nobody has two';
INSERT INTO approval_people (approval_id, revision, person, part)
    SELECT id, 1, maker_id::text, 'maker' FROM approvals;

CREATE TABLE approval_sums (
    day date NOT NULL,
    scope text NOT NULL CONSTRAINT approval_sums_scope_known
        CHECK (scope IN ('maker', 'merchant', 'payee')),
    subject text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT approval_sums_not_negative CHECK (amount_minor >= 0),
    PRIMARY KEY (day, scope, subject, currency)
);
COMMENT ON TABLE approval_sums IS
    'What was proposed on a day and neither refused nor taken back; the row is the lock of the sum';

CREATE TABLE approval_counted (
    approval_id uuid NOT NULL REFERENCES approvals (id),
    scope text NOT NULL,
    subject text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT approval_counted_positive CHECK (amount_minor > 0),
    PRIMARY KEY (approval_id, scope, subject, currency)
);
COMMENT ON TABLE approval_counted IS 'What a request added to the sums of its day';

CREATE TABLE approval_rule_books (
    version bigint PRIMARY KEY,
    rules jsonb NOT NULL,
    authorities jsonb NOT NULL,
    approval_id uuid REFERENCES approvals (id),
    made_at timestamptz NOT NULL
);
COMMENT ON TABLE approval_rule_books IS 'Versions of the approval rules, 审批规则; the last is in force';

CREATE TABLE approval_delegations (
    id uuid PRIMARY KEY,
    absent_id uuid NOT NULL REFERENCES staff (id),
    stand_in_id uuid NOT NULL REFERENCES staff (id),
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    reason text NOT NULL CONSTRAINT approval_delegations_has_reason CHECK (reason <> ''),
    made_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT approval_delegations_to_another CHECK (absent_id <> stand_in_id),
    CONSTRAINT approval_delegations_ends CHECK (until_at > from_at)
);
COMMENT ON TABLE approval_delegations IS 'Rights lent for an absence, 代理审批';
CREATE INDEX approval_delegations_of_stand_in ON approval_delegations (stand_in_id, until_at);
CREATE INDEX approval_delegations_of_absent ON approval_delegations (absent_id, until_at);

CREATE TABLE staff_second_factors (
    staff_id uuid PRIMARY KEY REFERENCES staff (id),
    secret bytea NOT NULL CONSTRAINT staff_second_factors_secret_long CHECK (length(secret) >= 20),
    enrolled_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0,
    failures smallint NOT NULL DEFAULT 0,
    locked_until timestamptz
);
COMMENT ON TABLE staff_second_factors IS 'TOTP secrets, 第二因子; never shown again after enrolment';
COMMENT ON COLUMN staff_second_factors.last_step IS
    'The time step of the last code used: it and all before it are refused';

REVOKE UPDATE, DELETE, TRUNCATE ON approval_revisions, approval_votes, approval_people,
    approval_rule_books FROM countinghouse_app;
REVOKE DELETE, TRUNCATE ON approval_counted, approval_sums, approval_delegations
    FROM countinghouse_app;
REVOKE UPDATE ON approval_counted FROM countinghouse_app;
