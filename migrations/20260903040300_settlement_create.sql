-- Payments settled before reconciliation although they are known not to match.
CREATE TABLE settlement_advances (
    payment_id uuid CONSTRAINT settlement_advances_pkey PRIMARY KEY
        CONSTRAINT settlement_advances_payment_exists REFERENCES payments (id),
    settlement_id uuid NOT NULL
        CONSTRAINT settlement_advances_settlement_exists REFERENCES settlements (id),
    amount_minor bigint NOT NULL,
    advanced_at timestamptz NOT NULL
);
COMMENT ON TABLE settlement_advances IS 'Advances, 垫付: open while the payment has an open error item or waits for a file';
CREATE INDEX settlement_advances_by_settlement ON settlement_advances (settlement_id);
REVOKE UPDATE, DELETE, TRUNCATE ON settlement_advances FROM countinghouse_app;
