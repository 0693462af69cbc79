-- A payment that is a top-up raises a user's balance, or the merchant's available one.
ALTER TABLE payments
    ADD COLUMN top_up text CONSTRAINT payments_top_up_known CHECK (top_up IN ('merchant', 'user')),
    ADD COLUMN user_id uuid REFERENCES users (id),
    ADD CONSTRAINT payments_user_is_topped_up
        CHECK (COALESCE(top_up = 'user', false) = (user_id IS NOT NULL)),
    ADD CONSTRAINT payments_top_up_is_not_settled CHECK (top_up IS NULL OR settlement_id IS NULL);
COMMENT ON COLUMN payments.top_up IS 'Whose balance a top-up raises, 充值; none: a sale, settled later';
CREATE INDEX payments_by_user ON payments (user_id) WHERE user_id IS NOT NULL;
DROP INDEX payments_to_settle;
CREATE INDEX payments_to_settle ON payments (merchant_id, clearing_date)
    WHERE state = 'succeeded' AND settlement_id IS NULL AND top_up IS NULL;
