-- Manual adjustments of the books, 调账: the documents behind journal entry 27.

CREATE TABLE adjustment_numbers (
    day date CONSTRAINT adjustment_numbers_pkey PRIMARY KEY,
    last integer NOT NULL CONSTRAINT adjustment_numbers_from_one CHECK (last >= 1)
);
COMMENT ON TABLE adjustment_numbers IS 'The last document number given out on each day.';

CREATE TABLE adjustments (
    id uuid CONSTRAINT adjustments_pkey PRIMARY KEY,
    number text NOT NULL CONSTRAINT adjustments_number_once UNIQUE,
    baseline text NOT NULL
        CONSTRAINT adjustments_baseline_known CHECK (baseline IN ('bank', 'platform', 'merchant')),
    reason text NOT NULL
        CONSTRAINT adjustments_reason_known CHECK (reason IN (
            'bank_long', 'bank_short', 'amount_mismatch', 'fee_mismatch', 'booked_twice',
            'wrong_account', 'compensation', 'other')),
    evidence text NOT NULL
        CONSTRAINT adjustments_evidence_not_blank CHECK (btrim(evidence) <> ''),
    corrects uuid CONSTRAINT adjustments_corrected_journal_exists REFERENCES ledger_journals (id),
    effects jsonb NOT NULL,
    state text NOT NULL
        CONSTRAINT adjustments_state_known
        CHECK (state IN ('proposed', 'executed', 'rejected', 'withdrawn', 'stale')),
    maker_id uuid NOT NULL CONSTRAINT adjustments_maker_exists REFERENCES staff (id),
    approval_id uuid NOT NULL
        CONSTRAINT adjustments_approval_exists REFERENCES approvals (id)
        CONSTRAINT adjustments_approval_once UNIQUE,
    journal_id uuid
        CONSTRAINT adjustments_journal_exists REFERENCES ledger_journals (id)
        CONSTRAINT adjustments_journal_once UNIQUE,
    conclusion text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    concluded_at timestamptz,
    CONSTRAINT adjustments_executed_has_journal
        CHECK ((state = 'executed') = (journal_id IS NOT NULL)),
    CONSTRAINT adjustments_concluded_has_time
        CHECK ((state = 'proposed') = (concluded_at IS NULL))
);
COMMENT ON TABLE adjustments IS 'Adjustment documents, 调账单: grounds, lines, and how they ended. What was asked for never changes.';
COMMENT ON COLUMN adjustments.effects IS 'Balances before and after, as they were when the document was proposed.';
COMMENT ON COLUMN adjustments.conclusion IS 'Why it was rejected, or could not be booked any more.';
CREATE INDEX adjustments_by_time ON adjustments (created_at DESC, id DESC);

CREATE TABLE adjustment_lines (
    adjustment_id uuid NOT NULL
        CONSTRAINT adjustment_lines_document_exists REFERENCES adjustments (id),
    line smallint NOT NULL CONSTRAINT adjustment_lines_from_one CHECK (line >= 1),
    debit_code text NOT NULL
        CONSTRAINT adjustment_lines_debit_in_chart REFERENCES ledger_chart (code),
    debit_owner text NOT NULL,
    credit_code text NOT NULL
        CONSTRAINT adjustment_lines_credit_in_chart REFERENCES ledger_chart (code),
    credit_owner text NOT NULL,
    amount_minor bigint NOT NULL
        CONSTRAINT adjustment_lines_amount_positive CHECK (amount_minor > 0),
    currency text NOT NULL,
    memo text NOT NULL,
    CONSTRAINT adjustment_lines_pkey PRIMARY KEY (adjustment_id, line)
);
COMMENT ON TABLE adjustment_lines IS 'What an adjustment books, line by line.';

REVOKE ALL ON adjustments, adjustment_lines FROM countinghouse_app;
GRANT SELECT, INSERT ON adjustments, adjustment_lines TO countinghouse_app;
GRANT UPDATE (state, journal_id, conclusion, concluded_at) ON adjustments TO countinghouse_app;
