-- The whole life of an error item: found, taken, looked into, put off, proposed, decided, carried
-- out, confirmed by a later run, closed; and opened again. Each step is kept with its time, its
-- actor and its cause.
ALTER TABLE error_items
    DROP CONSTRAINT error_items_state_known,
    DROP CONSTRAINT error_items_cause_known,
    DROP CONSTRAINT error_items_assigned_has_person,
    DROP CONSTRAINT error_items_resolved_is_whole,
    DROP CONSTRAINT error_items_concluded_has_time,
    DROP CONSTRAINT error_items_closed_has_reason;
DROP INDEX error_items_one_open_per_record;
ALTER TABLE error_items
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN snoozed_until timestamptz,
    ADD COLUMN in_suspense boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN error_items.version IS 'Grows with every change; who works on a copy brings it back';
COMMENT ON COLUMN error_items.in_suspense IS 'The difference stands in suspense (挂账) and has to be settled';
UPDATE error_items SET
    in_suspense = state = 'resolved'
        AND action IN ('suspend_long', 'suspend_short', 'post_difference'),
    state = CASE state WHEN 'open' THEN 'new' WHEN 'resolved' THEN 'executed'
                       WHEN 'closed' THEN 'auto_resolved' ELSE state END;
ALTER TABLE error_items
    ADD CONSTRAINT error_items_state_known CHECK (state IN
        ('new', 'assigned', 'investigating', 'snoozed', 'proposed', 'rejected', 'approved',
         'executed', 'verified', 'closed', 'auto_resolved')),
    ADD CONSTRAINT error_items_cause_known CHECK (cause IN
        ('only_in_channel', 'only_in_platform', 'only_in_business', 'only_in_merchant', 'amount',
         'status', 'date', 'fee', 'duplicate_in_channel', 'duplicate_in_platform',
         'duplicate_in_business', 'duplicate_in_merchant', 'funds_amount', 'unknown_bank_line',
         'duplicate_pay', 'returned_payout', 'payout_unknown', 'funds_missing', 'funds_extra',
         'chargeback', 'ledger_break', 'reserve_gap', 'rollover_overdue')),
    ADD CONSTRAINT error_items_assigned_has_person
        CHECK (state NOT IN ('assigned', 'investigating') OR assignee_id IS NOT NULL),
    ADD CONSTRAINT error_items_snoozed_has_end
        CHECK ((state = 'snoozed') = (snoozed_until IS NOT NULL)),
    ADD CONSTRAINT error_items_executed_is_whole CHECK (state NOT IN ('executed', 'verified')
        OR (approval_id IS NOT NULL AND action IS NOT NULL)),
    ADD CONSTRAINT error_items_approved_has_approval
        CHECK (state <> 'approved' OR approval_id IS NOT NULL),
    ADD CONSTRAINT error_items_concluded_has_time CHECK
        ((state IN ('executed', 'verified', 'closed', 'auto_resolved')) = (concluded_at IS NOT NULL)),
    ADD CONSTRAINT error_items_conclusion_has_reason
        CHECK (state NOT IN ('closed', 'auto_resolved', 'rejected') OR conclusion IS NOT NULL),
    ADD CONSTRAINT error_items_closed_is_settled CHECK (state <> 'closed' OR NOT in_suspense);
CREATE UNIQUE INDEX error_items_one_open_per_record ON error_items (record_key)
    WHERE state NOT IN ('executed', 'verified', 'closed', 'auto_resolved');

ALTER TABLE error_item_events
    ADD COLUMN from_state text,
    ADD COLUMN to_state text,
    ADD COLUMN request_id text,
    ADD CONSTRAINT error_item_events_move CHECK ((from_state IS NULL) = (to_state IS NULL));
COMMENT ON COLUMN error_item_events.from_state IS 'The state it left, where the step moved it';
