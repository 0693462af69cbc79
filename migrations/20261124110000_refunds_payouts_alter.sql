-- Refunds that cannot go back the way the money came are paid out from the reserve to an account of
-- the payer.
ALTER TABLE refunds
    ADD COLUMN route text NOT NULL DEFAULT 'original'
        CONSTRAINT refunds_route_known CHECK (route IN ('original', 'payout')),
    DROP CONSTRAINT refunds_success_is_whole,
    ADD CONSTRAINT refunds_success_is_whole CHECK ((state = 'succeeded') =
        (channel_no IS NOT NULL AND event_time IS NOT NULL
         AND (clearing_date IS NOT NULL OR route = 'payout'))),
    ADD CONSTRAINT refunds_payout_is_in_no_clearing
        CHECK (route = 'original' OR clearing_date IS NULL);
COMMENT ON COLUMN refunds.route IS
    'original: back through the channel, 原路退回; payout: from the reserve to the payer''s account, 退款代付';

CREATE TABLE refund_payees (
    id bigserial PRIMARY KEY,
    refund_id uuid NOT NULL REFERENCES refunds (id),
    name text NOT NULL CONSTRAINT refund_payees_has_name CHECK (name <> ''),
    bank text NOT NULL CONSTRAINT refund_payees_has_bank CHECK (bank <> ''),
    account text NOT NULL CONSTRAINT refund_payees_account_form
        CHECK (account ~ '^[0-9A-Za-z]{6,34}$'),
    given_by uuid NOT NULL REFERENCES staff (id),
    at timestamptz NOT NULL
);
COMMENT ON TABLE refund_payees IS
    'The payer''s account a refund is paid out to, 付款人收款账户; the latest counts, earlier ones stay';
CREATE INDEX refund_payees_by_refund ON refund_payees (refund_id, id);
REVOKE UPDATE, DELETE, TRUNCATE ON refund_payees FROM countinghouse_app;

ALTER TABLE payouts
    ADD COLUMN refund_id uuid REFERENCES refunds (id),
    DROP CONSTRAINT payouts_source_known,
    ADD CONSTRAINT payouts_source_known
        CHECK (source IN ('settlement', 'returned_payout', 'refund')),
    DROP CONSTRAINT payouts_from_code_known,
    ADD CONSTRAINT payouts_from_code_known CHECK (from_code IN ('2241.03', '2241.06', '2241.07')),
    ADD CONSTRAINT payouts_refund_is_taken_from_refunds
        CHECK ((from_code = '2241.07') = (refund_id IS NOT NULL)),
    ADD CONSTRAINT payouts_refund_names_itself CHECK (source <> 'refund' OR refund_id = source_id);
COMMENT ON COLUMN payouts.refund_id IS 'The refund it carries to the payer, also when it is paid once more';
CREATE UNIQUE INDEX payouts_refund_once ON payouts (source_id) WHERE source = 'refund';
