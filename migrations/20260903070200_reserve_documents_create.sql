-- Documents that move the reserve itself, under four eyes, and the statement lines that prove them.
CREATE TABLE reserve_document_numbers (
    day date CONSTRAINT reserve_document_numbers_pkey PRIMARY KEY,
    last integer NOT NULL
);
COMMENT ON TABLE reserve_document_numbers IS 'Last document number given on a day';

CREATE TABLE reserve_settings (
    only_one boolean CONSTRAINT reserve_settings_pkey PRIMARY KEY DEFAULT true
        CONSTRAINT reserve_settings_only_one CHECK (only_one),
    fund_ppm bigint NOT NULL CONSTRAINT reserve_settings_fund_in_range
        CHECK (fund_ppm BETWEEN 0 AND 1000000)
);
COMMENT ON TABLE reserve_settings IS 'What the institution set for its reserve';
COMMENT ON COLUMN reserve_settings.fund_ppm IS 'Share of reserve interest owed to the industry''s protection fund, in millionths';
INSERT INTO reserve_settings (fund_ppm) VALUES (100000);

CREATE TABLE reserve_documents (
    id uuid CONSTRAINT reserve_documents_pkey PRIMARY KEY,
    number text NOT NULL CONSTRAINT reserve_documents_number_taken UNIQUE,
    kind text NOT NULL CONSTRAINT reserve_documents_kind_known CHECK (kind IN
        ('fee_sweep', 'interest_carried', 'interest', 'own_funds_lodged', 'own_funds_taken_back',
         'position_transfer', 'bank_charge', 'earmark')),
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    from_purpose text NOT NULL,
    leaves text CONSTRAINT reserve_documents_leaves_known
        CHECK (leaves IN ('custody', 'special', 'own_funds')),
    reaches text CONSTRAINT reserve_documents_reaches_known
        CHECK (reaches IN ('custody', 'special', 'own_funds')),
    house text NOT NULL,
    bank_ref text NOT NULL,
    grounds text NOT NULL CONSTRAINT reserve_documents_has_grounds CHECK (grounds <> ''),
    fund_ppm bigint NOT NULL,
    effects jsonb NOT NULL,
    state text NOT NULL CONSTRAINT reserve_documents_state_known CHECK (state IN
        ('proposed', 'approved', 'in_transit', 'booked', 'rejected', 'stale', 'withdrawn')),
    sent text CONSTRAINT reserve_documents_sent_known
        CHECK (sent IN ('sending', 'accepted', 'unknown', 'by_hand')),
    maker_id uuid NOT NULL CONSTRAINT reserve_documents_maker_exists REFERENCES staff (id),
    approval_id uuid NOT NULL CONSTRAINT reserve_documents_approval_exists REFERENCES approvals (id),
    conclusion text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    concluded_at timestamptz,
    CONSTRAINT reserve_documents_moves_something
        CHECK (amount_minor > 0 OR (kind = 'earmark' AND amount_minor < 0)),
    CONSTRAINT reserve_documents_ended_has_time CHECK
        ((state IN ('booked', 'rejected', 'stale', 'withdrawn')) = (concluded_at IS NOT NULL))
);
COMMENT ON TABLE reserve_documents IS 'Documents that move the reserve itself, 备付金单据: sweeps, interest, own funds, position transfers, charges, earmarks';
COMMENT ON COLUMN reserve_documents.sent IS 'What is known of the order to the bank; only a statement line books the money';
CREATE INDEX reserve_documents_recent ON reserve_documents (created_at DESC, id DESC);
CREATE INDEX reserve_documents_on_their_way ON reserve_documents (leaves)
    WHERE state IN ('approved', 'in_transit');
CREATE INDEX reserve_documents_by_bank_ref ON reserve_documents (bank_ref) WHERE bank_ref <> '';

CREATE TABLE reserve_document_lines (
    statement_line_id uuid CONSTRAINT reserve_document_lines_pkey PRIMARY KEY
        CONSTRAINT reserve_document_lines_line_exists REFERENCES statement_lines (id),
    document_id uuid NOT NULL
        CONSTRAINT reserve_document_lines_document_exists REFERENCES reserve_documents (id),
    side text NOT NULL CONSTRAINT reserve_document_lines_side_known CHECK (side IN ('out', 'in')),
    at timestamptz NOT NULL,
    CONSTRAINT reserve_document_lines_side_once UNIQUE (document_id, side)
);
COMMENT ON TABLE reserve_document_lines IS 'Statement lines that prove a document, one on each side';

REVOKE DELETE, TRUNCATE ON reserve_documents FROM countinghouse_app;
REVOKE UPDATE ON reserve_documents FROM countinghouse_app;
GRANT UPDATE (state, sent, conclusion, concluded_at) ON reserve_documents TO countinghouse_app;
REVOKE UPDATE, DELETE, TRUNCATE ON reserve_document_lines FROM countinghouse_app;
REVOKE INSERT, DELETE, TRUNCATE ON reserve_settings FROM countinghouse_app;
