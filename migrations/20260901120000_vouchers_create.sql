-- Vouchers for the general ledger (Yonyou U8), 凭证: what closed days booked, added up.

CREATE TABLE voucher_accounts (
    code text CONSTRAINT voucher_accounts_pkey PRIMARY KEY
        CONSTRAINT voucher_accounts_code_in_chart REFERENCES ledger_chart (code),
    u8_code text NOT NULL CONSTRAINT voucher_accounts_u8_code_form CHECK (u8_code ~ '^[0-9]{4,15}$'),
    dimension text NOT NULL
        CONSTRAINT voucher_accounts_dimension_known
        CHECK (dimension IN ('none', 'customer', 'supplier'))
);
COMMENT ON TABLE voucher_accounts IS 'Which account of the general ledger stands for each of ours, 科目对照, and what is kept apart there.';
COMMENT ON COLUMN voucher_accounts.dimension IS 'customer: by merchant, under its merchant code. supplier: by channel, under its channel code.';

-- The same 4+2 digits without dots; merchants are customers and channels suppliers there.
INSERT INTO voucher_accounts (code, u8_code, dimension)
SELECT code, replace(code, '.', ''),
       CASE owner_kind WHEN 'merchant' THEN 'customer' WHEN 'channel' THEN 'supplier' ELSE 'none' END
FROM ledger_chart WHERE postable;

CREATE TABLE voucher_days (
    accounting_date date CONSTRAINT voucher_days_pkey PRIMARY KEY
        CONSTRAINT voucher_days_day_exists REFERENCES ledger_days (accounting_date),
    state text NOT NULL
        CONSTRAINT voucher_days_state_known CHECK (state IN ('drafted', 'balanced', 'exported')),
    drafted_at timestamptz NOT NULL,
    drafted_by uuid NOT NULL CONSTRAINT voucher_days_drafter_exists REFERENCES staff (id),
    file_name text,
    file_bytes bytea,
    file_sha256 text,
    exported_at timestamptz,
    exported_by uuid CONSTRAINT voucher_days_exporter_exists REFERENCES staff (id),
    CONSTRAINT voucher_days_exported_has_file CHECK (
        (state = 'exported') = (file_bytes IS NOT NULL)
        AND num_nonnulls(file_name, file_bytes, file_sha256, exported_at, exported_by) IN (0, 5))
);
COMMENT ON TABLE voucher_days IS 'How far the vouchers of each day are, and the one file they were exported in.';

CREATE TABLE vouchers (
    id uuid CONSTRAINT vouchers_pkey PRIMARY KEY,
    accounting_date date NOT NULL
        CONSTRAINT vouchers_day_exists REFERENCES voucher_days (accounting_date),
    number integer NOT NULL CONSTRAINT vouchers_number_from_one CHECK (number >= 1),
    entry_number smallint NOT NULL
        CONSTRAINT vouchers_entry_known CHECK (entry_number BETWEEN 1 AND 27),
    CONSTRAINT vouchers_number_once_a_day UNIQUE (accounting_date, number)
);
COMMENT ON TABLE vouchers IS 'Vouchers: one for each kind of journal entry a day booked.';

CREATE TABLE voucher_lines (
    voucher_id uuid NOT NULL CONSTRAINT voucher_lines_voucher_exists REFERENCES vouchers (id),
    line integer NOT NULL CONSTRAINT voucher_lines_from_one CHECK (line >= 1),
    side text NOT NULL CONSTRAINT voucher_lines_side_known CHECK (side IN ('debit', 'credit')),
    code text NOT NULL CONSTRAINT voucher_lines_code_mapped REFERENCES voucher_accounts (code),
    owner text NOT NULL,
    u8_code text NOT NULL,
    dimension text NOT NULL,
    dimension_code text NOT NULL,
    amount_minor bigint NOT NULL
        CONSTRAINT voucher_lines_amount_positive CHECK (amount_minor > 0),
    entries bigint NOT NULL CONSTRAINT voucher_lines_entries_positive CHECK (entries > 0),
    memo text NOT NULL,
    CONSTRAINT voucher_lines_pkey PRIMARY KEY (voucher_id, line)
);
COMMENT ON TABLE voucher_lines IS 'Lines of vouchers, in CNY: everything one kind of entry booked on one side of one account, gross.';

REVOKE ALL ON voucher_accounts, voucher_days, vouchers, voucher_lines FROM countinghouse_app;
GRANT SELECT ON voucher_accounts TO countinghouse_app;
GRANT SELECT, INSERT, UPDATE ON voucher_days TO countinghouse_app;
GRANT SELECT, INSERT, DELETE ON vouchers, voucher_lines TO countinghouse_app;
