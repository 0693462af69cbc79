-- Payouts to merchants, and the batches in which a second person approves them.
CREATE TABLE payout_batches (
    id uuid PRIMARY KEY,
    number text NOT NULL CONSTRAINT payout_batches_number_taken UNIQUE,
    state text NOT NULL CONSTRAINT payout_batches_state_known
        CHECK (state IN ('drafted', 'submitted', 'approved', 'rejected', 'closed')),
    reserve_account_id uuid NOT NULL REFERENCES reserve_accounts (id),
    approval_id uuid REFERENCES approvals (id),
    made_by uuid NOT NULL REFERENCES staff (id),
    failure text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT payout_batches_submitted_has_approval
        CHECK ((state = 'drafted') = (approval_id IS NULL)),
    CONSTRAINT payout_batches_rejected_has_reason CHECK ((state = 'rejected') = (failure IS NOT NULL))
);
COMMENT ON TABLE payout_batches IS 'Payout batches, 付款批次';

CREATE TABLE payout_batch_numbers (
    day date PRIMARY KEY,
    last integer NOT NULL
);
COMMENT ON TABLE payout_batch_numbers IS 'Last batch number given on a day';

CREATE TABLE payout_batch_items (
    batch_id uuid NOT NULL REFERENCES payout_batches (id),
    payout_id uuid NOT NULL,
    PRIMARY KEY (batch_id, payout_id)
);
COMMENT ON TABLE payout_batch_items IS 'Every payout that ever was in a batch, refused ones included';

CREATE TABLE payouts (
    id uuid PRIMARY KEY,
    batch_id uuid REFERENCES payout_batches (id),
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    source text NOT NULL CONSTRAINT payouts_source_known CHECK (source IN ('settlement')),
    source_id uuid NOT NULL,
    from_code text NOT NULL CONSTRAINT payouts_from_code_known
        CHECK (from_code IN ('2241.03', '2241.06')),
    amount_minor bigint NOT NULL CONSTRAINT payouts_amount_positive CHECK (amount_minor > 0),
    currency text NOT NULL,
    payee_account text NOT NULL,
    payee_name text NOT NULL,
    payee_bank text NOT NULL,
    number text NOT NULL CONSTRAINT payouts_number_taken UNIQUE
        CONSTRAINT payouts_number_form CHECK (number ~ '^[0-9a-z]{32}$'),
    state text NOT NULL CONSTRAINT payouts_state_known CHECK (state IN
        ('drafted', 'submitted', 'queued', 'sending', 'accepted', 'unknown', 'rejected', 'paid',
         'returned')),
    bank_ref text,
    failure text,
    statement_line_id uuid CONSTRAINT payouts_statement_line_pays_one UNIQUE,
    return_line_id uuid CONSTRAINT payouts_statement_line_returns_one UNIQUE,
    submit_journal_id uuid,
    queries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT payouts_paid_by_a_line
        CHECK ((state IN ('paid', 'returned')) = (statement_line_id IS NOT NULL)),
    CONSTRAINT payouts_returned_by_a_line CHECK ((state = 'returned') = (return_line_id IS NOT NULL)),
    CONSTRAINT payouts_trouble_has_reason
        CHECK (state NOT IN ('unknown', 'rejected', 'returned') OR failure IS NOT NULL),
    CONSTRAINT payouts_accepted_has_reference CHECK (state <> 'accepted' OR bank_ref IS NOT NULL),
    CONSTRAINT payouts_only_drafts_are_without_batch CHECK (state = 'drafted' OR batch_id IS NOT NULL)
);
COMMENT ON TABLE payouts IS 'Payouts, 付款, each to the settlement account registered for its merchant';
COMMENT ON COLUMN payouts.number IS 'Our number at the bank, its end-to-end id; made with the draft, never changed';
CREATE INDEX payouts_recent ON payouts (created_at DESC, id DESC);
CREATE INDEX payouts_by_batch ON payouts (batch_id);
CREATE INDEX payouts_by_merchant ON payouts (merchant_id, from_code, state);
CREATE INDEX payouts_by_source ON payouts (source_id);

ALTER TABLE payout_batch_items
    ADD CONSTRAINT payout_batch_items_payout_exists FOREIGN KEY (payout_id) REFERENCES payouts (id);

CREATE TABLE payout_steps (
    id bigserial PRIMARY KEY,
    payout_id uuid NOT NULL REFERENCES payouts (id),
    state text NOT NULL,
    at timestamptz NOT NULL,
    note text NOT NULL
);
COMMENT ON TABLE payout_steps IS 'Every state a payout reached, with its time';
CREATE INDEX payout_steps_by_payout ON payout_steps (payout_id, id);

CREATE TABLE payout_purses (
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    from_code text NOT NULL,
    drafted_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, from_code)
);
COMMENT ON TABLE payout_purses IS 'The row is the lock under which a balance is drafted for payout';
