-- Vouchers on their way through the general ledger: each has its own state, is in one file, is
-- acknowledged or refused line by line, replaced, or cancelled by a red voucher.

ALTER TABLE voucher_accounts
    ADD COLUMN department text NOT NULL DEFAULT ''
        CONSTRAINT voucher_accounts_department_form CHECK (department ~ '^[0-9A-Za-z-]{0,20}$'),
    ADD COLUMN project text NOT NULL DEFAULT ''
        CONSTRAINT voucher_accounts_project_form CHECK (project ~ '^[0-9A-Za-z-]{0,20}$');
COMMENT ON COLUMN voucher_accounts.department IS 'Department (部门) every line of the account names.';
COMMENT ON COLUMN voucher_accounts.project IS 'Project (项目) every line of the account names.';

CREATE TABLE voucher_exports (
    id uuid CONSTRAINT voucher_exports_pkey PRIMARY KEY,
    accounting_date date NOT NULL
        CONSTRAINT voucher_exports_day_exists REFERENCES voucher_days (accounting_date),
    version integer NOT NULL CONSTRAINT voucher_exports_from_one CHECK (version >= 1),
    layout text NOT NULL CONSTRAINT voucher_exports_layout_known
        CHECK (layout IN ('u8_text', 'u8_workbook', 'nc_xml')),
    name text NOT NULL,
    bytes bytea NOT NULL,
    sha256 text NOT NULL,
    exported_at timestamptz NOT NULL,
    exported_by uuid NOT NULL CONSTRAINT voucher_exports_exporter_exists REFERENCES staff (id),
    CONSTRAINT voucher_exports_version_once_a_day UNIQUE (accounting_date, version)
);
COMMENT ON TABLE voucher_exports IS 'The files vouchers left in, as they were written.';

INSERT INTO voucher_exports
    (id, accounting_date, version, layout, name, bytes, sha256, exported_at, exported_by)
SELECT gen_random_uuid(), accounting_date, 1, 'u8_text', file_name, file_bytes, file_sha256,
       exported_at, exported_by
FROM voucher_days WHERE state = 'exported';

ALTER TABLE vouchers
    ADD COLUMN state text,
    ADD COLUMN export_id uuid CONSTRAINT vouchers_export_exists REFERENCES voucher_exports (id),
    ADD COLUMN erp_number text,
    ADD COLUMN replaces uuid CONSTRAINT vouchers_replaced_exists REFERENCES vouchers (id)
        CONSTRAINT vouchers_replaced_once UNIQUE,
    ADD COLUMN reverses uuid CONSTRAINT vouchers_reversed_exists REFERENCES vouchers (id)
        CONSTRAINT vouchers_reversed_once UNIQUE;
UPDATE vouchers v SET
    state = (SELECT d.state FROM voucher_days d WHERE d.accounting_date = v.accounting_date),
    export_id =
        (SELECT x.id FROM voucher_exports x WHERE x.accounting_date = v.accounting_date);
ALTER TABLE vouchers
    ALTER COLUMN state SET NOT NULL,
    ADD CONSTRAINT vouchers_state_known CHECK (state IN
        ('drafted', 'balanced', 'exported', 'acknowledged', 'rejected', 'replaced', 'reversed')),
    ADD CONSTRAINT vouchers_sent_is_in_a_file
        CHECK ((state IN ('drafted', 'balanced')) = (export_id IS NULL)),
    ADD CONSTRAINT vouchers_replacement_is_not_red
        CHECK (replaces IS NULL OR reverses IS NULL);
COMMENT ON COLUMN vouchers.export_id IS 'The one file it is in.';
COMMENT ON COLUMN vouchers.erp_number IS 'Number the general ledger gave it.';
COMMENT ON COLUMN vouchers.replaces IS 'The refused or cancelled voucher whose place it takes.';
COMMENT ON COLUMN vouchers.reverses IS 'The acknowledged voucher it cancels, 红字冲销.';

ALTER TABLE voucher_days
    DROP COLUMN state, DROP COLUMN file_name, DROP COLUMN file_bytes, DROP COLUMN file_sha256,
    DROP COLUMN exported_at, DROP COLUMN exported_by;
COMMENT ON TABLE voucher_days IS 'Days that have vouchers; how far they are follows from the vouchers.';

ALTER TABLE voucher_lines
    DROP CONSTRAINT voucher_lines_amount_positive,
    ADD CONSTRAINT voucher_lines_amount_not_zero CHECK (amount_minor <> 0),
    ADD COLUMN department text NOT NULL DEFAULT '',
    ADD COLUMN project text NOT NULL DEFAULT '';
COMMENT ON COLUMN voucher_lines.amount_minor IS 'Negative only in red vouchers.';

CREATE TABLE voucher_rejections (
    voucher_id uuid NOT NULL CONSTRAINT voucher_rejections_voucher_exists REFERENCES vouchers (id),
    line integer NOT NULL CONSTRAINT voucher_rejections_line_form CHECK (line >= 0),
    reason text NOT NULL CONSTRAINT voucher_rejections_reason_given CHECK (reason <> ''),
    at timestamptz NOT NULL,
    by_id uuid NOT NULL CONSTRAINT voucher_rejections_person_exists REFERENCES staff (id),
    CONSTRAINT voucher_rejections_pkey PRIMARY KEY (voucher_id, line)
);
COMMENT ON TABLE voucher_rejections IS 'What the general ledger refused, line by line; line 0 is the voucher as a whole.';

CREATE TABLE voucher_vat (
    valid_from date CONSTRAINT voucher_vat_pkey PRIMARY KEY,
    rate_ppm bigint NOT NULL
        CONSTRAINT voucher_vat_rate_form CHECK (rate_ppm BETWEEN 0 AND 1000000)
);
COMMENT ON TABLE voucher_vat IS 'Rate of the value added tax that vouchers split off fee income, from a day on; without rows nothing is split.';

CREATE TABLE voucher_period_events (
    id bigserial CONSTRAINT voucher_period_events_pkey PRIMARY KEY,
    period text NOT NULL CONSTRAINT voucher_period_events_period_form
        CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    closed boolean NOT NULL,
    at timestamptz NOT NULL,
    approval_id uuid NOT NULL
        CONSTRAINT voucher_period_events_approved REFERENCES approvals (id)
);
CREATE INDEX voucher_period_events_by_period ON voucher_period_events (period, id);
COMMENT ON TABLE voucher_period_events IS 'Months the general ledger closed and reopened; the last word counts.';

CREATE TABLE voucher_erp_balances (
    id uuid CONSTRAINT voucher_erp_balances_pkey PRIMARY KEY,
    period text NOT NULL CONSTRAINT voucher_erp_balances_period_form
        CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    name text NOT NULL,
    bytes bytea NOT NULL,
    sha256 text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    uploaded_by uuid NOT NULL
        CONSTRAINT voucher_erp_balances_person_exists REFERENCES staff (id),
    CONSTRAINT voucher_erp_balances_once UNIQUE (period, sha256)
);
CREATE INDEX voucher_erp_balances_latest ON voucher_erp_balances (period, uploaded_at DESC);
COMMENT ON TABLE voucher_erp_balances IS 'Trial balances of the general ledger (科目余额表), byte for byte; the last of a month counts.';

CREATE TABLE voucher_erp_balance_lines (
    balance_id uuid NOT NULL
        CONSTRAINT voucher_erp_balance_lines_file_exists REFERENCES voucher_erp_balances (id),
    u8_code text NOT NULL,
    debit_minor bigint NOT NULL,
    credit_minor bigint NOT NULL,
    closing_minor bigint NOT NULL,
    CONSTRAINT voucher_erp_balance_lines_pkey PRIMARY KEY (balance_id, u8_code)
);
COMMENT ON COLUMN voucher_erp_balance_lines.closing_minor IS 'Positive on the debit side.';

REVOKE ALL ON voucher_exports, voucher_rejections, voucher_vat, voucher_period_events,
    voucher_erp_balances, voucher_erp_balance_lines FROM countinghouse_app;
GRANT SELECT, INSERT ON voucher_exports, voucher_rejections, voucher_vat, voucher_period_events,
    voucher_erp_balances, voucher_erp_balance_lines TO countinghouse_app;
GRANT UPDATE (rate_ppm) ON voucher_vat TO countinghouse_app;
GRANT USAGE ON SEQUENCE voucher_period_events_id_seq TO countinghouse_app;
GRANT UPDATE (u8_code, dimension, department, project) ON voucher_accounts TO countinghouse_app;
GRANT UPDATE (state, export_id, erp_number) ON vouchers TO countinghouse_app;

-- What left stays: only drafts can be written anew.
CREATE FUNCTION vouchers_sent_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.export_id IS NOT NULL THEN
        RAISE EXCEPTION 'a voucher in a file for the general ledger is not deleted';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER vouchers_sent_stay BEFORE DELETE ON vouchers
    FOR EACH ROW EXECUTE FUNCTION vouchers_sent_stay();

CREATE FUNCTION voucher_lines_sent_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM vouchers v
               WHERE v.id = OLD.voucher_id AND v.export_id IS NOT NULL) THEN
        RAISE EXCEPTION 'a voucher in a file for the general ledger keeps its lines';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER voucher_lines_sent_stay BEFORE DELETE ON voucher_lines
    FOR EACH ROW EXECUTE FUNCTION voucher_lines_sent_stay();
