-- Adjustments undo each other, come back every month from agreed templates, and keep their evidence
-- byte by byte.
CREATE TABLE adjustment_templates (
    id uuid CONSTRAINT adjustment_templates_pkey PRIMARY KEY,
    name text NOT NULL
        CONSTRAINT adjustment_templates_name_not_blank CHECK (btrim(name) <> ''),
    baseline text NOT NULL
        CONSTRAINT adjustment_templates_baseline_known
        CHECK (baseline IN ('bank', 'platform', 'merchant')),
    reason text NOT NULL
        CONSTRAINT adjustment_templates_reason_known CHECK (reason IN (
            'bank_long', 'bank_short', 'amount_mismatch', 'fee_mismatch', 'booked_twice',
            'wrong_account', 'compensation', 'other')),
    lines jsonb NOT NULL,
    approval_id uuid NOT NULL
        CONSTRAINT adjustment_templates_approval_exists REFERENCES approvals (id),
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);
COMMENT ON TABLE adjustment_templates IS 'Recurring adjustments two people agreed on, 定期调账模板';
CREATE UNIQUE INDEX adjustment_templates_name_taken ON adjustment_templates (name)
    WHERE retired_at IS NULL;
REVOKE ALL ON adjustment_templates FROM countinghouse_app;
GRANT SELECT, INSERT ON adjustment_templates TO countinghouse_app;
GRANT UPDATE (retired_at) ON adjustment_templates TO countinghouse_app;

ALTER TABLE adjustments
    ADD COLUMN reverses uuid
        CONSTRAINT adjustments_reversed_document_exists REFERENCES adjustments (id),
    ADD COLUMN template_id uuid
        CONSTRAINT adjustments_template_exists REFERENCES adjustment_templates (id),
    ADD COLUMN month text
        CONSTRAINT adjustments_month_is_a_month CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    ADD CONSTRAINT adjustments_month_of_a_template
        CHECK ((template_id IS NULL) = (month IS NULL)),
    ADD CONSTRAINT adjustments_reversal_names_a_journal
        CHECK (reverses IS NULL OR corrects IS NOT NULL);
COMMENT ON COLUMN adjustments.reverses IS 'The document this one undoes, 红字冲销';
COMMENT ON COLUMN adjustments.month IS 'The month it was made for, of documents made from a template';
CREATE UNIQUE INDEX adjustments_reversed_once ON adjustments (reverses)
    WHERE reverses IS NOT NULL AND state IN ('proposed', 'executed');
CREATE UNIQUE INDEX adjustments_once_a_month ON adjustments (template_id, month)
    WHERE template_id IS NOT NULL AND state IN ('proposed', 'executed');

CREATE TABLE adjustment_files (
    id uuid CONSTRAINT adjustment_files_pkey PRIMARY KEY,
    adjustment_id uuid NOT NULL
        CONSTRAINT adjustment_files_document_exists REFERENCES adjustments (id),
    name text NOT NULL,
    kind text NOT NULL CONSTRAINT adjustment_files_kind_known
        CHECK (kind IN ('pdf', 'png', 'jpeg', 'zip', 'text')),
    length bigint NOT NULL CONSTRAINT adjustment_files_length_limited
        CHECK (length BETWEEN 1 AND 10485760),
    sha256 text NOT NULL,
    bytes bytea NOT NULL,
    staff_id uuid NOT NULL CONSTRAINT adjustment_files_staff_exists REFERENCES staff (id),
    at timestamptz NOT NULL,
    CONSTRAINT adjustment_files_once UNIQUE (adjustment_id, sha256)
);
COMMENT ON TABLE adjustment_files IS 'Evidence of adjustments, byte by byte, 凭证';
REVOKE ALL ON adjustment_files FROM countinghouse_app;
GRANT SELECT, INSERT ON adjustment_files TO countinghouse_app;
