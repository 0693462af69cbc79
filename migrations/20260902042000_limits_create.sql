-- Limits of personal accounts by class, who paid, and payments that look cut to stay below one.
CREATE TABLE payer_limits (
    account_kind text NOT NULL CONSTRAINT payer_limits_account_kind_known
        CHECK (account_kind IN ('bank', 'payment')),
    class text NOT NULL CONSTRAINT payer_limits_class_known CHECK (class IN ('I', 'II', 'III')),
    valid_from date NOT NULL,
    per_payment_minor bigint CONSTRAINT payer_limits_per_payment_positive
        CHECK (per_payment_minor > 0),
    per_day_minor bigint CONSTRAINT payer_limits_per_day_positive CHECK (per_day_minor > 0),
    per_year_minor bigint CONSTRAINT payer_limits_per_year_positive CHECK (per_year_minor > 0),
    in_total_minor bigint CONSTRAINT payer_limits_in_total_positive CHECK (in_total_minor > 0),
    source text NOT NULL,
    PRIMARY KEY (account_kind, class, valid_from)
);
COMMENT ON TABLE payer_limits IS
    'Limits of personal accounts, 账户分类限额: the row with the latest valid_from not after the day counts';
INSERT INTO payer_limits (account_kind, class, valid_from, per_payment_minor, per_day_minor,
    per_year_minor, in_total_minor, source)
VALUES
    ('bank', 'I', '2016-12-01', NULL, NULL, NULL, NULL, '银发〔2016〕261号: full function'),
    ('bank', 'II', '2016-12-01', NULL, 1000000, 20000000, NULL, '银发〔2016〕302号'),
    ('bank', 'III', '2018-01-10', 200000, 200000, 5000000, NULL, '银发〔2018〕16号'),
    ('payment', 'I', '2016-07-01', NULL, NULL, NULL, 100000, 'PBOC notice 2015/43'),
    ('payment', 'II', '2016-07-01', NULL, NULL, 10000000, NULL, 'PBOC notice 2015/43'),
    ('payment', 'III', '2016-07-01', NULL, NULL, 20000000, NULL, 'PBOC notice 2015/43');

CREATE TABLE structuring_rules (
    id smallint PRIMARY KEY CONSTRAINT structuring_rules_is_one CHECK (id = 1),
    share_ppm bigint NOT NULL CONSTRAINT structuring_rules_share_in_range
        CHECK (share_ppm BETWEEN 1 AND 1000000),
    payments_min integer NOT NULL CONSTRAINT structuring_rules_payments_enough
        CHECK (payments_min >= 2),
    window_hours integer NOT NULL CONSTRAINT structuring_rules_window_positive
        CHECK (window_hours > 0),
    watched_minor bigint[] NOT NULL
);
COMMENT ON TABLE structuring_rules IS
    'When payments look cut, 拆单: thresholds watched for every payer, beside the limits of their class';
INSERT INTO structuring_rules VALUES (1, 900000, 3, 24, '{5000000}');

CREATE TABLE payers (
    reference text NOT NULL,
    account_kind text NOT NULL CONSTRAINT payers_account_kind_known
        CHECK (account_kind IN ('bank', 'payment')),
    first_seen timestamptz NOT NULL,
    PRIMARY KEY (reference, account_kind)
);
COMMENT ON TABLE payers IS 'Accounts of payers by the cashier''s reference; the row is the lock of their limits';

CREATE TABLE payer_days (
    reference text NOT NULL,
    account_kind text NOT NULL,
    day date NOT NULL,
    used_minor bigint NOT NULL CONSTRAINT payer_days_not_negative CHECK (used_minor >= 0),
    PRIMARY KEY (reference, account_kind, day),
    FOREIGN KEY (reference, account_kind) REFERENCES payers
);
COMMENT ON TABLE payer_days IS 'What a payer''s account paid or holds on a day of the business zone';

CREATE TABLE order_payers (
    order_id uuid PRIMARY KEY REFERENCES orders (id),
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    reference text NOT NULL,
    account_kind text NOT NULL,
    holder text NOT NULL CONSTRAINT order_payers_holder_known
        CHECK (holder IN ('personal', 'corporate')),
    class text CONSTRAINT order_payers_class_known CHECK (class IN ('I', 'II', 'III')),
    card_type text CONSTRAINT order_payers_card_type_known CHECK (card_type IN ('debit', 'credit')),
    bank text,
    method text,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    day date NOT NULL,
    at timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT order_payers_state_known
        CHECK (state IN ('held', 'released', 'refused')),
    structuring jsonb,
    FOREIGN KEY (reference, account_kind) REFERENCES payers,
    CONSTRAINT order_payers_person_has_class CHECK (holder <> 'personal' OR class IS NOT NULL)
);
COMMENT ON TABLE order_payers IS 'Who pays an order, and what it takes of their limits until it failed';
COMMENT ON COLUMN order_payers.structuring IS 'Set when this and earlier payments look cut, 拆单';
CREATE INDEX order_payers_by_reference ON order_payers (reference, account_kind, at);
CREATE INDEX order_payers_conspicuous ON order_payers (merchant_id, at)
    WHERE structuring IS NOT NULL;
