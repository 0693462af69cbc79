-- Quotas at clearing houses, session by session.
CREATE TABLE reserve_quota_sessions (
    house text NOT NULL,
    day date NOT NULL,
    mapped_minor bigint NOT NULL,
    received_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT reserve_quota_sessions_received_not_negative CHECK (received_minor >= 0),
    received_until timestamptz NOT NULL,
    paid_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT reserve_quota_sessions_paid_not_negative CHECK (paid_minor >= 0),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT reserve_quota_sessions_pkey PRIMARY KEY (house, day),
    CONSTRAINT reserve_quota_sessions_never_overdrawn
        CHECK (mapped_minor + received_minor >= paid_minor)
);
COMMENT ON TABLE reserve_quota_sessions IS 'Mapped quota, 映射额度, of a clearing house in a session: available is mapped plus received less paid';
CREATE UNIQUE INDEX reserve_quota_sessions_one_open ON reserve_quota_sessions (house)
    WHERE closed_at IS NULL;
REVOKE DELETE, TRUNCATE ON reserve_quota_sessions FROM countinghouse_app;

ALTER TABLE fund_instructions ADD COLUMN quota_house text, ADD COLUMN quota_day date;
ALTER TABLE fund_instructions ADD CONSTRAINT fund_instructions_quota_session_exists
    FOREIGN KEY (quota_house, quota_day) REFERENCES reserve_quota_sessions (house, day);
COMMENT ON COLUMN fund_instructions.quota_house IS 'The clearing house whose quota it uses';
