-- Payments: one attempt of the payment gateway to collect an order's amount through a channel.
CREATE TABLE payments (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT payments_one_per_order UNIQUE REFERENCES orders (id),
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    product text NOT NULL CONSTRAINT payments_product_known
        CHECK (product IN ('quick_pay', 'wechat_pay', 'bank_transfer')),
    amount_minor bigint NOT NULL CONSTRAINT payments_amount_positive CHECK (amount_minor > 0),
    currency text NOT NULL,
    state text NOT NULL CONSTRAINT payments_state_known
        CHECK (state IN ('created', 'sending', 'unknown', 'succeeded', 'failed')),
    channel text REFERENCES channels (code),
    method text,
    routing jsonb NOT NULL,
    number text NOT NULL CONSTRAINT payments_number_form
        CHECK (number <> '' AND length(number) <= 64),
    channel_no text,
    failure text,
    event_time timestamptz,
    clearing_date date,
    accounting_date date,
    fee_minor bigint NOT NULL CONSTRAINT payments_fee_within_amount
        CHECK (fee_minor >= 0 AND fee_minor <= amount_minor),
    cost_minor bigint NOT NULL CONSTRAINT payments_cost_not_negative CHECK (cost_minor >= 0),
    refunded_minor bigint NOT NULL DEFAULT 0 CONSTRAINT payments_refunds_within_amount
        CHECK (refunded_minor >= 0 AND refunded_minor <= amount_minor),
    settlement_id uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT payments_number_taken UNIQUE (channel, number),
    CONSTRAINT payments_success_is_whole CHECK ((state = 'succeeded') =
        (channel_no IS NOT NULL AND event_time IS NOT NULL AND clearing_date IS NOT NULL
         AND accounting_date IS NOT NULL AND channel IS NOT NULL)),
    CONSTRAINT payments_trouble_has_reason
        CHECK ((state IN ('failed', 'unknown')) = (failure IS NOT NULL)),
    CONSTRAINT payments_only_success_is_settled
        CHECK (settlement_id IS NULL OR state = 'succeeded'),
    CONSTRAINT payments_only_success_is_refunded CHECK (refunded_minor = 0 OR state = 'succeeded')
);
COMMENT ON TABLE payments IS 'Payments, 支付单';
COMMENT ON COLUMN payments.number IS 'Our number at the channel, 商户订单号; made before the first try, never changed';
COMMENT ON COLUMN payments.routing IS 'Every candidate of the routing decision with its reason';
COMMENT ON COLUMN payments.failure IS 'Why it failed, or why its outcome is not known';
COMMENT ON COLUMN payments.refunded_minor IS 'What refunds took or hold of the amount';
CREATE INDEX payments_recent ON payments (created_at DESC, id DESC);
CREATE INDEX payments_in_clearing ON payments (channel, clearing_date);
CREATE INDEX payments_by_channel_no ON payments (channel_no) WHERE channel_no IS NOT NULL;
CREATE INDEX payments_by_number ON payments (number);
CREATE INDEX payments_to_settle ON payments (merchant_id, clearing_date)
    WHERE state = 'succeeded' AND settlement_id IS NULL;
CREATE INDEX payments_open ON payments (created_at) WHERE state IN ('created', 'sending', 'unknown');
