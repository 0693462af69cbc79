-- Files of channels, banks and merchants, kept byte for byte, and what reconciling them found.
CREATE TABLE source_files (
    id uuid PRIMARY KEY,
    kind text NOT NULL CONSTRAINT source_files_kind_known
        CHECK (kind IN ('bill', 'statement', 'fund_bill', 'merchant_orders')),
    scope text NOT NULL,
    channel text REFERENCES channels (code),
    merchant_id uuid REFERENCES merchants (id),
    account_no text,
    name text NOT NULL,
    sha256 text NOT NULL CONSTRAINT source_files_imported_once UNIQUE,
    bytes bytea NOT NULL,
    format text NOT NULL,
    parser_version integer NOT NULL,
    encoding text NOT NULL,
    clearing_date date NOT NULL,
    rows bigint NOT NULL,
    totals jsonb NOT NULL,
    imported_by text NOT NULL,
    imported_by_id uuid REFERENCES staff (id),
    imported_at timestamptz NOT NULL,
    replaces uuid REFERENCES source_files (id) CONSTRAINT source_files_replaced_once UNIQUE,
    replaced_at timestamptz,
    CONSTRAINT source_files_scope_fits CHECK (CASE kind
        WHEN 'statement' THEN account_no IS NOT NULL
        WHEN 'merchant_orders' THEN merchant_id IS NOT NULL
        ELSE channel IS NOT NULL END)
);
COMMENT ON TABLE source_files IS 'Imported files; each kind, channel (merchant, account) and day has one that counts';
COMMENT ON COLUMN source_files.scope IS 'Channel code, merchant id or account number, by kind';
CREATE UNIQUE INDEX source_files_one_per_day ON source_files (kind, scope, clearing_date)
    WHERE replaced_at IS NULL;
CREATE INDEX source_files_recent ON source_files (imported_at DESC, id DESC);

CREATE TABLE bill_lines (
    id uuid PRIMARY KEY,
    file_id uuid NOT NULL REFERENCES source_files (id),
    line bigint NOT NULL,
    channel text NOT NULL,
    clearing_date date NOT NULL,
    kind text NOT NULL CONSTRAINT bill_lines_kind_known CHECK (kind IN ('payment', 'refund')),
    channel_no text NOT NULL,
    order_no text NOT NULL,
    refund_no text,
    gross_minor bigint NOT NULL CONSTRAINT bill_lines_gross_not_negative CHECK (gross_minor >= 0),
    currency text NOT NULL,
    fee_e5 bigint NOT NULL,
    status text NOT NULL CONSTRAINT bill_lines_status_known
        CHECK (status IN ('success', 'processing', 'failed')),
    event_time timestamptz,
    CONSTRAINT bill_lines_line_once UNIQUE (file_id, line)
);
COMMENT ON TABLE bill_lines IS 'Rows of channel bills, 对账单明细';
COMMENT ON COLUMN bill_lines.fee_e5 IS 'Fee in hundred-thousandths of the major unit, negative when given back';
CREATE INDEX bill_lines_by_order_no ON bill_lines (order_no) WHERE order_no <> '';
CREATE INDEX bill_lines_by_channel_no ON bill_lines (channel_no);
CREATE INDEX bill_lines_by_refund_no ON bill_lines (refund_no) WHERE refund_no IS NOT NULL;

CREATE TABLE statement_lines (
    id uuid PRIMARY KEY,
    file_id uuid NOT NULL REFERENCES source_files (id),
    line bigint NOT NULL,
    account_no text NOT NULL,
    bank_ref text NOT NULL,
    end_to_end_id text,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    booking_date date NOT NULL,
    value_date date,
    counterparty text,
    remittance text NOT NULL,
    return_reason text,
    explained_by text CONSTRAINT statement_lines_use_known
        CHECK (explained_by IN ('payout', 'returned_payout', 'channel_funds', 'error_item')),
    explained_at timestamptz,
    settles_channel text REFERENCES channels (code),
    settles_date date,
    CONSTRAINT statement_lines_settlement_is_whole CHECK
        ((settles_channel IS NULL) = (settles_date IS NULL)
         AND (settles_channel IS NULL OR explained_by = 'channel_funds')),
    CONSTRAINT statement_lines_line_once UNIQUE (file_id, line),
    CONSTRAINT statement_lines_explained_has_time
        CHECK ((explained_by IS NULL) = (explained_at IS NULL))
);
COMMENT ON TABLE statement_lines IS 'Lines of bank statements, 银行流水明细, and what each turned out to be';
CREATE INDEX statement_lines_by_end_to_end_id ON statement_lines (end_to_end_id)
    WHERE end_to_end_id IS NOT NULL;
COMMENT ON COLUMN statement_lines.settles_channel IS 'The channel whose funds of settles_date this line brought';
CREATE UNIQUE INDEX statement_lines_settle_once ON statement_lines (settles_channel, settles_date)
    WHERE settles_channel IS NOT NULL;

CREATE TABLE merchant_order_lines (
    id uuid PRIMARY KEY,
    file_id uuid NOT NULL REFERENCES source_files (id),
    line bigint NOT NULL,
    order_no text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    CONSTRAINT merchant_order_lines_line_once UNIQUE (file_id, line)
);
COMMENT ON TABLE merchant_order_lines IS 'Rows of merchants'' own order lists';

CREATE TABLE reconciliation_runs (
    id uuid PRIMARY KEY,
    leg text NOT NULL CONSTRAINT reconciliation_runs_leg_known
        CHECK (leg IN ('gateway_bank', 'business_gateway', 'business_merchant', 'funds')),
    scope text NOT NULL,
    day date NOT NULL,
    version integer NOT NULL CONSTRAINT reconciliation_runs_version_positive CHECK (version > 0),
    inputs jsonb NOT NULL,
    inputs_hash text NOT NULL,
    totals jsonb NOT NULL,
    totals_agree boolean NOT NULL,
    counts jsonb NOT NULL,
    differences bigint NOT NULL,
    state text NOT NULL CONSTRAINT reconciliation_runs_state_known CHECK (state = 'completed'),
    started_by text NOT NULL,
    started_by_id uuid REFERENCES staff (id),
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    request_id text NOT NULL,
    CONSTRAINT reconciliation_runs_version_once UNIQUE (leg, scope, day, version),
    CONSTRAINT reconciliation_runs_inputs_once UNIQUE (leg, scope, day, inputs_hash)
);
COMMENT ON TABLE reconciliation_runs IS 'Reconciliation runs, 对账批次; other inputs make another version';
COMMENT ON COLUMN reconciliation_runs.totals_agree IS 'The totals gate; the detail has its own result';
CREATE INDEX reconciliation_runs_recent ON reconciliation_runs (started_at DESC, id DESC);

CREATE TABLE reconciliation_turns (
    leg text NOT NULL,
    scope text NOT NULL,
    day date NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (leg, scope, day)
);
COMMENT ON TABLE reconciliation_turns IS 'The row is the lock under which a leg of a day is reconciled';

CREATE TABLE reconciliation_matches (
    id bigserial PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES reconciliation_runs (id),
    verdict text NOT NULL CONSTRAINT reconciliation_matches_verdict_known CHECK (verdict IN
        ('matched', 'only_ours', 'only_theirs', 'amount', 'status', 'date', 'fee',
         'duplicate_ours', 'duplicate_theirs')),
    number text NOT NULL,
    ours_minor bigint,
    theirs_minor bigint,
    currency text NOT NULL,
    order_id uuid REFERENCES orders (id),
    payment_id uuid REFERENCES payments (id),
    refund_id uuid REFERENCES refunds (id),
    payout_id uuid REFERENCES payouts (id),
    bill_line_id uuid REFERENCES bill_lines (id),
    statement_line_id uuid REFERENCES statement_lines (id),
    error_item_id uuid REFERENCES error_items (id)
);
COMMENT ON TABLE reconciliation_matches IS 'Every pair and lone record of a run, with its verdict';
CREATE INDEX reconciliation_matches_differences ON reconciliation_matches (run_id, id)
    WHERE verdict <> 'matched';
CREATE INDEX reconciliation_matches_by_run ON reconciliation_matches (run_id, id);
CREATE INDEX reconciliation_matches_by_payment ON reconciliation_matches (payment_id)
    WHERE payment_id IS NOT NULL;

ALTER TABLE error_items
    ADD CONSTRAINT error_items_bill_line_exists
        FOREIGN KEY (bill_line_id) REFERENCES bill_lines (id),
    ADD CONSTRAINT error_items_statement_line_exists
        FOREIGN KEY (statement_line_id) REFERENCES statement_lines (id),
    ADD CONSTRAINT error_items_run_exists FOREIGN KEY (reconciliation_id)
        REFERENCES reconciliation_runs (id) DEFERRABLE INITIALLY DEFERRED;

REVOKE UPDATE, DELETE, TRUNCATE ON bill_lines, merchant_order_lines, reconciliation_runs,
    reconciliation_matches FROM countinghouse_app;
REVOKE DELETE, TRUNCATE ON source_files, statement_lines FROM countinghouse_app;
