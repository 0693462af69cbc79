-- Users who keep a balance with us: who they are, the account their money goes to, and what was
-- topped up from where.
CREATE TABLE users (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    reference text NOT NULL CONSTRAINT users_reference_form
        CHECK (reference ~ '^[0-9A-Za-z._-]{1,64}$'),
    name text NOT NULL CONSTRAINT users_has_name CHECK (name <> ''),
    class text NOT NULL CONSTRAINT users_class_known CHECK (class IN ('I', 'II', 'III')),
    created_at timestamptz NOT NULL,
    CONSTRAINT users_reference_taken UNIQUE (merchant_id, reference)
);
COMMENT ON TABLE users IS 'Users with a payment account, 用户支付账户, each brought by a merchant';
COMMENT ON COLUMN users.class IS 'Class of the payment account, I、II、III 类';
CREATE INDEX users_recent ON users (created_at DESC, id DESC);

CREATE TABLE user_accounts (
    id bigserial PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    account text NOT NULL CONSTRAINT user_accounts_account_form
        CHECK (account ~ '^[0-9A-Za-z]{6,34}$'),
    name text NOT NULL CONSTRAINT user_accounts_has_name CHECK (name <> ''),
    bank text NOT NULL CONSTRAINT user_accounts_has_bank CHECK (bank <> ''),
    given_by text NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE user_accounts IS
    'A user''s own bank account, 本人银行账户; the latest counts, earlier ones stay';
CREATE INDEX user_accounts_by_user ON user_accounts (user_id, id);

CREATE TABLE top_ups (
    order_id uuid PRIMARY KEY REFERENCES orders (id),
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    user_id uuid REFERENCES users (id),
    account text NOT NULL,
    name text NOT NULL,
    bank text NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE top_ups IS
    'Top-ups, 充值, with the account the money comes from: it goes back nowhere else';
COMMENT ON COLUMN top_ups.user_id IS 'Whose balance it raises; none: the merchant''s own';
CREATE INDEX top_ups_by_user ON top_ups (user_id, at);
CREATE INDEX top_ups_by_merchant ON top_ups (merchant_id, at);

CREATE TABLE withdrawals (
    payout_id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    merchant_withdrawal_no text NOT NULL,
    fee_minor bigint NOT NULL CONSTRAINT withdrawals_fee_not_negative CHECK (fee_minor >= 0),
    asked_by text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT withdrawals_number_taken UNIQUE (merchant_id, merchant_withdrawal_no)
);
COMMENT ON TABLE withdrawals IS 'Withdrawals of users, 提现; each is carried by one payout';
CREATE INDEX withdrawals_by_user ON withdrawals (user_id, at);

CREATE TABLE withdrawal_fees (
    id smallint PRIMARY KEY CONSTRAINT withdrawal_fees_is_one CHECK (id = 1),
    rate_ppm bigint NOT NULL CONSTRAINT withdrawal_fees_rate_in_range
        CHECK (rate_ppm BETWEEN 0 AND 1000000),
    fixed_minor bigint NOT NULL CONSTRAINT withdrawal_fees_fixed_not_negative
        CHECK (fixed_minor >= 0),
    min_minor bigint NOT NULL CONSTRAINT withdrawal_fees_min_not_negative CHECK (min_minor >= 0),
    max_minor bigint CONSTRAINT withdrawal_fees_max_above_min CHECK (max_minor >= min_minor)
);
COMMENT ON TABLE withdrawal_fees IS 'What a withdrawal costs the user, 提现手续费';
INSERT INTO withdrawal_fees (id, rate_ppm, fixed_minor, min_minor) VALUES (1, 1000, 0, 10);

REVOKE UPDATE, DELETE, TRUNCATE ON users, user_accounts, top_ups, withdrawals FROM countinghouse_app;
REVOKE INSERT, DELETE, TRUNCATE ON withdrawal_fees FROM countinghouse_app;
-- The row of a user is the lock under which their balance is taken from.
GRANT UPDATE (name) ON users TO countinghouse_app;
