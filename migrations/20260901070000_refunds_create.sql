-- Refunds: money back to the payer by the original route.
CREATE TABLE refunds (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments (id),
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    channel text NOT NULL REFERENCES channels (code),
    merchant_refund_no text NOT NULL CONSTRAINT refunds_merchant_number_form
        CHECK (merchant_refund_no <> '' AND length(merchant_refund_no) <= 64),
    amount_minor bigint NOT NULL CONSTRAINT refunds_amount_positive CHECK (amount_minor > 0),
    currency text NOT NULL,
    state text NOT NULL CONSTRAINT refunds_state_known CHECK (state IN
        ('waiting_approval', 'waiting_funds', 'requested', 'sending', 'unknown', 'succeeded',
         'failed', 'rejected')),
    number text NOT NULL CONSTRAINT refunds_number_taken UNIQUE
        CONSTRAINT refunds_number_form CHECK (number ~ '^[0-9A-Za-z]{1,32}$'),
    channel_no text,
    failure text,
    reason text NOT NULL,
    payer_party uuid REFERENCES merchants (id),
    taken_from text CONSTRAINT refunds_taken_from_known
        CHECK (taken_from IN ('2241.02', '2241.03')),
    fee_back_minor bigint NOT NULL DEFAULT 0 CONSTRAINT refunds_fee_back_not_negative
        CHECK (fee_back_minor >= 0),
    fee_back_to text CONSTRAINT refunds_fee_back_to_known
        CHECK (fee_back_to IN ('2241.02', '2241.03')),
    queries integer NOT NULL DEFAULT 0,
    event_time timestamptz,
    clearing_date date,
    accounting_date date,
    approval_id uuid REFERENCES approvals (id),
    requested_by uuid REFERENCES staff (id),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT refunds_merchant_number_taken UNIQUE (payment_id, merchant_refund_no),
    CONSTRAINT refunds_success_is_whole CHECK ((state = 'succeeded') =
        (channel_no IS NOT NULL AND event_time IS NOT NULL AND clearing_date IS NOT NULL)),
    CONSTRAINT refunds_trouble_has_reason
        CHECK ((state IN ('failed', 'rejected', 'unknown')) = (failure IS NOT NULL)),
    CONSTRAINT refunds_sent_only_when_funded CHECK (
        state IN ('waiting_approval', 'waiting_funds', 'rejected') = (taken_from IS NULL))
);
COMMENT ON TABLE refunds IS 'Refunds, 退款';
COMMENT ON COLUMN refunds.number IS 'Our number at the channel, 商户退款单号; made before the first try, never changed';
COMMENT ON COLUMN refunds.payer_party IS 'Whose balance the refund was taken from: the merchant, or the seller once a platform order is split';
COMMENT ON COLUMN refunds.taken_from IS 'Unsettled or available balance, once the money is set aside';
CREATE INDEX refunds_recent ON refunds (created_at DESC, id DESC);
CREATE INDEX refunds_by_payment ON refunds (payment_id);
CREATE INDEX refunds_in_clearing ON refunds (channel, clearing_date);
CREATE INDEX refunds_open ON refunds (created_at)
    WHERE state IN ('waiting_funds', 'requested', 'sending', 'unknown');

-- Whether we give our fee back in proportion when a payment of this channel is refunded.
ALTER TABLE channels ADD COLUMN refund_gives_fee_back boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN channels.refund_gives_fee_back IS 'Refunds give the merchant fee back in proportion, 退手续费';
