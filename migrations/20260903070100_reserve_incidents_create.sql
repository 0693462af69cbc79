-- Gaps of the reserve, from the check that found one to the check that found it gone.
CREATE TABLE reserve_incidents (
    id uuid CONSTRAINT reserve_incidents_pkey PRIMARY KEY,
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL CONSTRAINT reserve_incidents_opened_by_known
        CHECK (opened_by IN ('schedule', 'day_cut', 'by_hand')),
    gap_minor bigint NOT NULL CONSTRAINT reserve_incidents_has_gap CHECK (gap_minor <> 0),
    gap_now_minor bigint NOT NULL,
    checked_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by text CONSTRAINT reserve_incidents_closed_by_known
        CHECK (closed_by IN ('schedule', 'day_cut', 'by_hand')),
    acknowledged_by uuid CONSTRAINT reserve_incidents_staff_exists REFERENCES staff (id),
    acknowledged_at timestamptz,
    note text,
    CONSTRAINT reserve_incidents_closed_when_covered
        CHECK ((closed_at IS NULL) = (closed_by IS NULL)
               AND (closed_at IS NULL) = (gap_now_minor <> 0)),
    CONSTRAINT reserve_incidents_acknowledged_is_whole
        CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL)
               AND (acknowledged_by IS NULL) = (note IS NULL))
);
COMMENT ON TABLE reserve_incidents IS 'Gaps of the reserve, 缺口: M14 was not zero';
CREATE UNIQUE INDEX reserve_incidents_one_open ON reserve_incidents ((true)) WHERE closed_at IS NULL;
CREATE INDEX reserve_incidents_recent ON reserve_incidents (opened_at DESC);

CREATE TABLE reserve_checks (
    id uuid CONSTRAINT reserve_checks_pkey PRIMARY KEY,
    checked_at timestamptz NOT NULL,
    kind text NOT NULL CONSTRAINT reserve_checks_kind_known
        CHECK (kind IN ('schedule', 'day_cut', 'by_hand')),
    claims_minor bigint NOT NULL,
    trial_minor bigint NOT NULL,
    gap_minor bigint NOT NULL,
    incident_id uuid CONSTRAINT reserve_checks_incident_exists REFERENCES reserve_incidents (id),
    CONSTRAINT reserve_checks_gap_adds_up CHECK (gap_minor = claims_minor - trial_minor)
);
COMMENT ON TABLE reserve_checks IS 'Every cover check, 备付金核对, with what it found';
CREATE INDEX reserve_checks_recent ON reserve_checks (checked_at DESC);

REVOKE DELETE, TRUNCATE ON reserve_incidents FROM countinghouse_app;
REVOKE UPDATE ON reserve_incidents FROM countinghouse_app;
GRANT UPDATE (gap_now_minor, checked_at, closed_at, closed_by, acknowledged_by, acknowledged_at, note)
    ON reserve_incidents TO countinghouse_app;
REVOKE UPDATE, DELETE, TRUNCATE ON reserve_checks FROM countinghouse_app;
