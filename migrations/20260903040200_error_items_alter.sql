-- Two more legs, and the link from an item to the one it follows from.
ALTER TABLE error_items DROP CONSTRAINT error_items_leg_known;
ALTER TABLE error_items
    ADD CONSTRAINT error_items_leg_known CHECK (leg IN
        ('gateway_bank', 'business_gateway', 'business_merchant', 'funds', 'ledger_payments',
         'statement_ledger')),
    ADD COLUMN parent_id uuid CONSTRAINT error_items_parent_exists REFERENCES error_items (id),
    ADD CONSTRAINT error_items_not_its_own_parent CHECK (parent_id <> id);
COMMENT ON COLUMN error_items.parent_id IS 'The item of another leg about the same order, payment or refund that this one follows from';
CREATE INDEX error_items_by_parent ON error_items (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX error_items_by_refund ON error_items (refund_id) WHERE refund_id IS NOT NULL;

DO $$
BEGIN
    IF (SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conname = 'error_items_cause_known') NOT LIKE '%ledger_break%' THEN
        ALTER TABLE error_items DROP CONSTRAINT error_items_cause_known;
        ALTER TABLE error_items ADD CONSTRAINT error_items_cause_known CHECK (cause IN
            ('only_in_channel', 'only_in_platform', 'only_in_business', 'only_in_merchant',
             'amount', 'status', 'date', 'fee', 'duplicate_in_channel', 'duplicate_in_platform',
             'duplicate_in_business', 'duplicate_in_merchant', 'funds_amount',
             'unknown_bank_line', 'ledger_break'));
    END IF;
END $$;
