-- Settlement: due payments of one merchant and clearing date, with every line of it.
CREATE TABLE settlements (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    clearing_date date NOT NULL,
    due_date date NOT NULL,
    accounting_date date NOT NULL,
    state text NOT NULL CONSTRAINT settlements_state_known CHECK (state = 'settled'),
    currency text NOT NULL,
    payment_count bigint NOT NULL CONSTRAINT settlements_not_empty CHECK (payment_count > 0),
    payments_minor bigint NOT NULL,
    fees_minor bigint NOT NULL,
    refunds_minor bigint NOT NULL,
    fees_back_minor bigint NOT NULL,
    splits_minor bigint NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE settlements IS 'Settlements, 结算单; a late payment of a settled clearing date makes a further one';
COMMENT ON COLUMN settlements.splits_minor IS 'What went to other parties than the seller';
CREATE INDEX settlements_by_merchant ON settlements (merchant_id, clearing_date);
CREATE INDEX settlements_recent ON settlements (created_at DESC, id DESC);

CREATE TABLE settlement_lines (
    id bigserial PRIMARY KEY,
    settlement_id uuid NOT NULL REFERENCES settlements (id),
    payment_id uuid NOT NULL REFERENCES payments (id),
    refund_id uuid REFERENCES refunds (id),
    label text NOT NULL,
    from_code text NOT NULL,
    from_merchant uuid REFERENCES merchants (id),
    to_code text NOT NULL,
    to_merchant uuid REFERENCES merchants (id),
    amount_minor bigint NOT NULL CONSTRAINT settlement_lines_amount_not_negative
        CHECK (amount_minor >= 0),
    currency text NOT NULL,
    journal_key text NOT NULL
);
COMMENT ON TABLE settlement_lines IS 'Every line of a settlement: gross amounts with both sides, never one net figure';
CREATE INDEX settlement_lines_by_settlement ON settlement_lines (settlement_id, id);
CREATE INDEX settlement_lines_by_payment ON settlement_lines (payment_id);
CREATE INDEX settlement_lines_by_payee ON settlement_lines (to_merchant, settlement_id);

CREATE TABLE settlement_turns (
    merchant_id uuid PRIMARY KEY REFERENCES merchants (id),
    taken_at timestamptz NOT NULL
);
COMMENT ON TABLE settlement_turns IS 'The row is the lock under which a merchant is settled';

ALTER TABLE payments ADD CONSTRAINT payments_settlement_exists
    FOREIGN KEY (settlement_id) REFERENCES settlements (id);
