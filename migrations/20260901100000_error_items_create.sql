-- Error items: differences between two sides' records, each with its cause, life and resolution.
CREATE TABLE error_items (
    id uuid PRIMARY KEY,
    number text NOT NULL CONSTRAINT error_items_number_taken UNIQUE,
    leg text NOT NULL CONSTRAINT error_items_leg_known
        CHECK (leg IN ('gateway_bank', 'business_gateway', 'business_merchant', 'funds')),
    cause text NOT NULL CONSTRAINT error_items_cause_known CHECK (cause IN
        ('only_in_channel', 'only_in_platform', 'only_in_business', 'only_in_merchant', 'amount',
         'status', 'date', 'fee', 'duplicate_in_channel', 'duplicate_in_platform',
         'duplicate_in_business', 'duplicate_in_merchant', 'funds_amount', 'unknown_bank_line')),
    direction text NOT NULL CONSTRAINT error_items_direction_known
        CHECK (direction IN ('in', 'out')),
    channel text REFERENCES channels (code),
    clearing_date date NOT NULL,
    record_key text NOT NULL,
    ours jsonb,
    theirs jsonb,
    ours_minor bigint,
    theirs_minor bigint,
    difference_minor bigint NOT NULL,
    currency text NOT NULL,
    account_code text,
    account_owner text,
    merchant_id uuid REFERENCES merchants (id),
    order_id uuid REFERENCES orders (id),
    payment_id uuid REFERENCES payments (id),
    refund_id uuid REFERENCES refunds (id),
    payout_id uuid REFERENCES payouts (id),
    bill_line_id uuid,
    statement_line_id uuid,
    state text NOT NULL CONSTRAINT error_items_state_known
        CHECK (state IN ('open', 'assigned', 'proposed', 'resolved', 'closed')),
    assignee_id uuid REFERENCES staff (id),
    approval_id uuid REFERENCES approvals (id),
    action text,
    journal_id uuid,
    concluded_at timestamptz,
    conclusion text,
    reconciliation_id uuid NOT NULL,
    opened_at timestamptz NOT NULL,
    CONSTRAINT error_items_assigned_has_person CHECK (state <> 'assigned' OR assignee_id IS NOT NULL),
    CONSTRAINT error_items_proposed_has_approval
        CHECK (state <> 'proposed' OR approval_id IS NOT NULL),
    CONSTRAINT error_items_resolved_is_whole CHECK
        (state <> 'resolved' OR (approval_id IS NOT NULL AND action IS NOT NULL)),
    CONSTRAINT error_items_concluded_has_time
        CHECK ((state IN ('resolved', 'closed')) = (concluded_at IS NOT NULL)),
    CONSTRAINT error_items_closed_has_reason CHECK (state <> 'closed' OR conclusion IS NOT NULL)
);
COMMENT ON TABLE error_items IS 'Error items, 差错';
COMMENT ON COLUMN error_items.cause IS 'Side-neutral; 长款 and 短款 are derived labels';
COMMENT ON COLUMN error_items.difference_minor IS 'Theirs minus ours, as money towards us';
COMMENT ON COLUMN error_items.account_code IS 'Account on which the difference stands, if money is concerned';
CREATE UNIQUE INDEX error_items_one_open_per_record ON error_items (record_key)
    WHERE state IN ('open', 'assigned', 'proposed');
CREATE INDEX error_items_by_record ON error_items (record_key);
CREATE INDEX error_items_recent ON error_items (opened_at DESC, id DESC);
CREATE INDEX error_items_by_state ON error_items (state, opened_at DESC, id DESC);
CREATE INDEX error_items_by_day ON error_items (leg, clearing_date, channel);
CREATE INDEX error_items_by_payment ON error_items (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX error_items_by_order ON error_items (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE error_item_numbers (
    day date PRIMARY KEY,
    last bigint NOT NULL
);
COMMENT ON TABLE error_item_numbers IS 'Last error item number given for a clearing date';

CREATE TABLE error_item_events (
    id bigserial PRIMARY KEY,
    item_id uuid NOT NULL REFERENCES error_items (id),
    at timestamptz NOT NULL,
    staff_id uuid REFERENCES staff (id),
    actor text NOT NULL,
    event text NOT NULL,
    text text NOT NULL
);
COMMENT ON TABLE error_item_events IS 'What happened to an error item, step by step, comments included';
CREATE INDEX error_item_events_by_item ON error_item_events (item_id, id);
REVOKE UPDATE, DELETE, TRUNCATE ON error_item_events FROM countinghouse_app;
