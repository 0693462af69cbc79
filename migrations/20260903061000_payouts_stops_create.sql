-- Stop switches, cooling of changed accounts, and payouts that replace a returned one.
CREATE TABLE payout_stops (
    id uuid PRIMARY KEY,
    scope text NOT NULL CONSTRAINT payout_stops_scope_known
        CHECK (scope IN ('all', 'bank', 'merchant', 'payee')),
    subject text NOT NULL,
    reason text NOT NULL CONSTRAINT payout_stops_has_reason CHECK (reason <> ''),
    pulled_by uuid NOT NULL REFERENCES staff (id),
    pulled_at timestamptz NOT NULL,
    first_lift_by uuid REFERENCES staff (id),
    first_lift_person text,
    first_lift_at timestamptz,
    second_lift_by uuid REFERENCES staff (id),
    second_lift_person text,
    lifted_at timestamptz,
    CONSTRAINT payout_stops_all_names_nothing CHECK ((scope = 'all') = (subject = '')),
    CONSTRAINT payout_stops_two_lift CHECK (first_lift_person <> second_lift_person),
    CONSTRAINT payout_stops_lifted_by_both CHECK
        ((lifted_at IS NULL) = (second_lift_person IS NULL)
         AND (lifted_at IS NULL OR first_lift_person IS NOT NULL)
         AND (first_lift_person IS NULL) = (first_lift_by IS NULL)
         AND (second_lift_person IS NULL) = (second_lift_by IS NULL))
);
COMMENT ON TABLE payout_stops IS 'Stop switches of sending, 止付开关: one person pulls, two lift';
CREATE UNIQUE INDEX payout_stops_one_in_force ON payout_stops (scope, subject)
    WHERE lifted_at IS NULL;
REVOKE DELETE, TRUNCATE ON payout_stops FROM countinghouse_app;

CREATE TABLE payout_gate (
    id smallint PRIMARY KEY CONSTRAINT payout_gate_only_one CHECK (id = 1)
);
COMMENT ON TABLE payout_gate IS
    'The row every send shares and a stop takes alone: after a stop is pulled nothing begins';
INSERT INTO payout_gate (id) VALUES (1);

ALTER TABLE merchants ADD COLUMN settlement_account_since timestamptz;
COMMENT ON COLUMN merchants.settlement_account_since IS
    'When the settlement account was changed last; it is not paid before it has cooled';

ALTER TABLE payouts
    ADD COLUMN repays_id uuid REFERENCES payouts (id),
    DROP CONSTRAINT payouts_source_known,
    ADD CONSTRAINT payouts_source_known CHECK (source IN ('settlement', 'returned_payout')),
    ADD CONSTRAINT payouts_repay_has_original
        CHECK ((source = 'returned_payout') = (repays_id IS NOT NULL));
COMMENT ON COLUMN payouts.repays_id IS 'The returned payout this one replaces, 退票重付';
CREATE UNIQUE INDEX payouts_repaid_once ON payouts (repays_id) WHERE state <> 'rejected';
