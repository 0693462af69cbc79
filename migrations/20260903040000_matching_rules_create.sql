-- The rules of matching, version by version, for each channel.
CREATE TABLE matching_rules (
    channel text NOT NULL CONSTRAINT matching_rules_channel_exists REFERENCES channels (code),
    version integer NOT NULL CONSTRAINT matching_rules_version_positive CHECK (version > 0),
    valid_from date NOT NULL,
    valid_to date,
    rules jsonb NOT NULL,
    settlement text NOT NULL GENERATED ALWAYS AS (rules ->> 'settlement') STORED
        CONSTRAINT matching_rules_settlement_known
        CHECK (settlement IN ('after', 'before_excluding', 'before_advancing')),
    approval_id uuid REFERENCES approvals (id),
    made_at timestamptz NOT NULL,
    CONSTRAINT matching_rules_pkey PRIMARY KEY (channel, version),
    CONSTRAINT matching_rules_end_after_begin CHECK (valid_to >= valid_from)
);
COMMENT ON TABLE matching_rules IS 'Matching rules, 对账规则: of the versions that hold for a clearing date the latest counts';
REVOKE UPDATE, DELETE, TRUNCATE ON matching_rules FROM countinghouse_app;
