-- The books: chart of accounts, accounts, journals and transfers, double entry by construction.

CREATE TABLE ledger_chart (
    code text CONSTRAINT ledger_chart_pkey PRIMARY KEY,
    parent text CONSTRAINT ledger_chart_parent_exists REFERENCES ledger_chart (code),
    name_en text NOT NULL,
    name_zh text NOT NULL,
    normal_side text NOT NULL
        CONSTRAINT ledger_chart_normal_side_known CHECK (normal_side IN ('debit', 'credit')),
    owner_kind text NOT NULL DEFAULT 'none'
        CONSTRAINT ledger_chart_owner_kind_known
        CHECK (owner_kind IN ('none', 'merchant', 'user', 'channel', 'bank_account')),
    floor_minor bigint,
    postable boolean NOT NULL DEFAULT true,
    in_transit boolean NOT NULL DEFAULT false,
    posting_mode text NOT NULL DEFAULT 'plain'
        CONSTRAINT ledger_chart_posting_mode_known CHECK (posting_mode IN ('plain', 'hot')),
    CONSTRAINT ledger_chart_code_form CHECK (code ~ '^[0-9]{4}(\.[0-9]{2})*$')
);
COMMENT ON TABLE ledger_chart IS 'Chart of accounts, 科目表: what kinds of accounts there are and the rule by which accounts of a kind are opened.';
COMMENT ON COLUMN ledger_chart.owner_kind IS 'Whose sub-account it is. none: exactly one account, no owner. bank_account: the owner may be left empty for the main account. Others: one account per owner.';
COMMENT ON COLUMN ledger_chart.floor_minor IS 'Lowest balance on the normal side, copied to each account when it is opened; null: no floor.';
COMMENT ON COLUMN ledger_chart.postable IS 'False for headings and for memorandum lines: no account can be opened.';
COMMENT ON COLUMN ledger_chart.in_transit IS 'The balance must be zero or explained item by item.';
COMMENT ON COLUMN ledger_chart.posting_mode IS 'hot: nearly every posting touches it, so it is locked last and held shortest.';

CREATE TABLE ledger_accounts (
    id uuid CONSTRAINT ledger_accounts_pkey PRIMARY KEY,
    code text NOT NULL CONSTRAINT ledger_accounts_code_in_chart REFERENCES ledger_chart (code),
    owner text NOT NULL DEFAULT '',
    currency text NOT NULL CONSTRAINT ledger_accounts_currency_form CHECK (currency ~ '^[A-Z]{3}$'),
    opened_at timestamptz NOT NULL,
    CONSTRAINT ledger_accounts_one_per_owner UNIQUE (code, owner, currency),
    CONSTRAINT ledger_accounts_id_currency UNIQUE (id, currency)
);
COMMENT ON TABLE ledger_accounts IS 'Accounts, 账户: one per chart code, owner and currency, opened by rule at the first posting and never changed.';

CREATE TABLE ledger_balances (
    account_id uuid CONSTRAINT ledger_balances_pkey PRIMARY KEY
        CONSTRAINT ledger_balances_account_exists REFERENCES ledger_accounts (id),
    sign smallint NOT NULL CONSTRAINT ledger_balances_sign_known CHECK (sign IN (-1, 1)),
    floor_minor bigint,
    debit_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT ledger_balances_debit_not_negative CHECK (debit_minor >= 0),
    credit_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT ledger_balances_credit_not_negative CHECK (credit_minor >= 0),
    version bigint NOT NULL DEFAULT 0
        CONSTRAINT ledger_balances_version_not_negative CHECK (version >= 0),
    balance_minor bigint NOT NULL GENERATED ALWAYS AS (sign * (debit_minor - credit_minor)) STORED,
    CONSTRAINT ledger_balances_keep_their_floor
        CHECK (floor_minor IS NULL OR sign * (debit_minor - credit_minor) >= floor_minor)
) WITH (fillfactor = 50);
COMMENT ON TABLE ledger_balances IS 'What each account holds now, 余额: all debits and all credits ever, never netted. The row is the lock under which an account is posted to.';
COMMENT ON COLUMN ledger_balances.sign IS '1: debits increase the balance. -1: credits do.';
COMMENT ON COLUMN ledger_balances.version IS 'Entries so far; the account''s entries are numbered from 1 without gaps.';

CREATE TABLE ledger_days (
    accounting_date date CONSTRAINT ledger_days_pkey PRIMARY KEY,
    state text NOT NULL CONSTRAINT ledger_days_state_known CHECK (state IN ('open', 'closed')),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT ledger_days_closed_has_time CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
COMMENT ON TABLE ledger_days IS 'Accounting days, 会计日: only an open day takes postings, and a closed day stays closed.';

CREATE TABLE ledger_journals (
    id uuid CONSTRAINT ledger_journals_pkey PRIMARY KEY,
    key text NOT NULL CONSTRAINT ledger_journals_key_once UNIQUE
        CONSTRAINT ledger_journals_key_not_blank CHECK (key <> ''),
    content_hash bytea NOT NULL
        CONSTRAINT ledger_journals_content_hash_sha256 CHECK (length(content_hash) = 32),
    entry_number smallint NOT NULL
        CONSTRAINT ledger_journals_entry_known CHECK (entry_number BETWEEN 1 AND 27),
    entry_name text NOT NULL,
    accounting_date date NOT NULL
        CONSTRAINT ledger_journals_day_exists REFERENCES ledger_days (accounting_date),
    clearing_date date,
    event_time timestamptz NOT NULL,
    source_kind text NOT NULL
        CONSTRAINT ledger_journals_source_kind_not_blank CHECK (source_kind <> ''),
    source_id text NOT NULL CONSTRAINT ledger_journals_source_id_not_blank CHECK (source_id <> ''),
    reverses uuid
        CONSTRAINT ledger_journals_reversed_exists REFERENCES ledger_journals (id)
        CONSTRAINT ledger_journals_reversed_once UNIQUE,
    memo text NOT NULL DEFAULT '',
    line_count smallint NOT NULL
        CONSTRAINT ledger_journals_lines_unless_memo
        CHECK ((entry_number = 23 AND line_count = 0) OR (entry_number <> 23 AND line_count > 0)),
    posted_at timestamptz NOT NULL,
    request_id text,
    CONSTRAINT ledger_journals_reversal_is_entry_15
        CHECK (reverses IS NULL OR entry_number = 15)
);
COMMENT ON TABLE ledger_journals IS 'Journals, 分录组: one business event each, written once, never changed; undone only by a reversal, 冲正, which names it in reverses.';
COMMENT ON COLUMN ledger_journals.key IS 'Chosen by whoever posts: the same event posted twice is booked once.';
COMMENT ON COLUMN ledger_journals.content_hash IS 'SHA-256 of what the event books; tells a repetition from a different event under the same key.';
COMMENT ON COLUMN ledger_journals.entry_number IS 'Journal entry 1 to 27 of the institution''s posting rules.';
COMMENT ON COLUMN ledger_journals.clearing_date IS 'The day the channel or bank counts the event on, 清算日, where there is one.';
CREATE INDEX ledger_journals_by_accounting_date ON ledger_journals (accounting_date, id);
CREATE INDEX ledger_journals_by_source ON ledger_journals (source_kind, source_id);

CREATE TABLE ledger_transfers (
    journal_id uuid NOT NULL
        CONSTRAINT ledger_transfers_journal_exists REFERENCES ledger_journals (id),
    line smallint NOT NULL CONSTRAINT ledger_transfers_line_from_one CHECK (line >= 1),
    debit_account_id uuid NOT NULL,
    credit_account_id uuid NOT NULL,
    amount_minor bigint NOT NULL
        CONSTRAINT ledger_transfers_amount_positive CHECK (amount_minor > 0),
    currency text NOT NULL,
    debit_version bigint NOT NULL
        CONSTRAINT ledger_transfers_debit_version_from_one CHECK (debit_version >= 1),
    debit_balance_minor bigint NOT NULL,
    credit_version bigint NOT NULL
        CONSTRAINT ledger_transfers_credit_version_from_one CHECK (credit_version >= 1),
    credit_balance_minor bigint NOT NULL,
    memo text NOT NULL DEFAULT '',
    CONSTRAINT ledger_transfers_pkey PRIMARY KEY (journal_id, line),
    CONSTRAINT ledger_transfers_two_accounts CHECK (debit_account_id <> credit_account_id),
    CONSTRAINT ledger_transfers_debit_in_currency
        FOREIGN KEY (debit_account_id, currency) REFERENCES ledger_accounts (id, currency),
    CONSTRAINT ledger_transfers_credit_in_currency
        FOREIGN KEY (credit_account_id, currency) REFERENCES ledger_accounts (id, currency),
    CONSTRAINT ledger_transfers_debit_version_once UNIQUE (debit_account_id, debit_version),
    CONSTRAINT ledger_transfers_credit_version_once UNIQUE (credit_account_id, credit_version)
);
COMMENT ON TABLE ledger_transfers IS 'Lines of journals: one amount from one credited to one debited account of the same currency, so that a journal cannot be out of balance.';
COMMENT ON COLUMN ledger_transfers.debit_version IS 'Number of this entry among the debited account''s entries.';
COMMENT ON COLUMN ledger_transfers.debit_balance_minor IS 'The debited account''s balance after it, on its normal side.';

CREATE TABLE ledger_day_turnovers (
    account_id uuid NOT NULL
        CONSTRAINT ledger_day_turnovers_account_exists REFERENCES ledger_accounts (id),
    accounting_date date NOT NULL
        CONSTRAINT ledger_day_turnovers_day_exists REFERENCES ledger_days (accounting_date),
    debit_minor bigint NOT NULL
        CONSTRAINT ledger_day_turnovers_debit_not_negative CHECK (debit_minor >= 0),
    credit_minor bigint NOT NULL
        CONSTRAINT ledger_day_turnovers_credit_not_negative CHECK (credit_minor >= 0),
    debit_count bigint NOT NULL,
    credit_count bigint NOT NULL,
    CONSTRAINT ledger_day_turnovers_pkey PRIMARY KEY (account_id, accounting_date)
);
COMMENT ON TABLE ledger_day_turnovers IS 'What moved on each account in each closed day, 发生额: written when the day closes, so that balances of past days need not add up every entry.';
CREATE INDEX ledger_day_turnovers_by_date ON ledger_day_turnovers (accounting_date);

-- Both sides of every transfer, each from its own account's point of view.
CREATE VIEW ledger_entries AS
SELECT debit_account_id AS account_id, debit_version AS version, 'debit'::text AS side,
       amount_minor, currency, debit_balance_minor AS balance_minor,
       credit_account_id AS counter_account_id, journal_id, line, memo
FROM ledger_transfers
UNION ALL
SELECT credit_account_id, credit_version, 'credit'::text,
       amount_minor, currency, credit_balance_minor,
       debit_account_id, journal_id, line, memo
FROM ledger_transfers;
COMMENT ON VIEW ledger_entries IS 'Entries, 分录: each transfer seen from the debited and from the credited account.';

-- The application adds to the books; it never changes or removes what is there.
REVOKE ALL ON ledger_chart, ledger_accounts, ledger_balances, ledger_days, ledger_journals,
    ledger_transfers, ledger_day_turnovers, ledger_entries FROM countinghouse_app;
GRANT SELECT ON ledger_chart, ledger_entries TO countinghouse_app;
GRANT SELECT, INSERT ON ledger_accounts, ledger_balances, ledger_days, ledger_journals,
    ledger_transfers, ledger_day_turnovers TO countinghouse_app;
GRANT UPDATE (debit_minor, credit_minor, version) ON ledger_balances TO countinghouse_app;
GRANT UPDATE (state, closed_at) ON ledger_days TO countinghouse_app;

INSERT INTO ledger_chart
    (code, parent, name_en, name_zh, normal_side, owner_kind, floor_minor, postable, in_transit, posting_mode)
VALUES
    ('1002', NULL, 'Bank deposits', '银行存款', 'debit', 'none', NULL, false, false, 'plain'),
    ('1002.01', '1002', 'Bank deposits, own funds', '银行存款—自有资金户', 'debit', 'bank_account', NULL, true, false, 'plain'),
    ('1012', NULL, 'Reserve funds', '其他货币资金', 'debit', 'none', NULL, false, false, 'plain'),
    ('1012.01', '1012', 'Reserve, central custody', '其他货币资金—备付金集中存管账户', 'debit', 'bank_account', NULL, true, false, 'hot'),
    ('1012.02', '1012', 'Reserve, special-business bank accounts', '其他货币资金—特定业务待结算资金专户', 'debit', 'bank_account', NULL, true, false, 'plain'),
    ('1012.09', '1012', 'Reserve in transit', '其他货币资金—备付金在途', 'debit', 'none', NULL, true, true, 'plain'),
    ('1122', NULL, 'Receivables', '应收账款', 'debit', 'none', NULL, false, false, 'plain'),
    ('1122.01', '1122', 'Due from channel', '应收清算款(待清算)', 'debit', 'channel', NULL, true, true, 'hot'),
    ('1122.02', '1122', 'Due from merchants', '应收特约商户款', 'debit', 'merchant', NULL, true, false, 'plain'),
    ('1221', NULL, 'Other receivables', '其他应收款', 'debit', 'none', NULL, false, false, 'plain'),
    ('1221.01', '1221', 'Short suspense', '待处理短款', 'debit', 'none', NULL, true, true, 'plain'),
    ('1221.02', '1221', 'Advances for errors and chargebacks', '差错垫款', 'debit', 'merchant', NULL, true, false, 'plain'),
    ('1221.03', '1221', 'Fees recoverable from channel', '应收渠道返还手续费', 'debit', 'channel', NULL, true, false, 'plain'),
    ('2202', NULL, 'Payables', '应付账款', 'credit', 'none', NULL, false, false, 'plain'),
    ('2202.01', '2202', 'Payable channel fees', '应付渠道手续费', 'credit', 'channel', NULL, true, false, 'hot'),
    ('2221', NULL, 'Taxes payable', '应交税费', 'credit', 'none', NULL, false, false, 'plain'),
    ('2221.01', '2221', 'VAT payable, output', '应交增值税—销项', 'credit', 'none', NULL, true, false, 'hot'),
    ('2241', NULL, 'Other payables', '其他应付款', 'credit', 'none', NULL, false, false, 'plain'),
    ('2241.01', '2241', 'Customer reserve, users', '应付客户备付金—用户支付账户', 'credit', 'user', 0, true, false, 'plain'),
    ('2241.02', '2241', 'Customer reserve, merchants, unsettled', '应付客户备付金—商户待结算', 'credit', 'merchant', 0, true, false, 'plain'),
    ('2241.03', '2241', 'Customer reserve, merchants, available', '应付客户备付金—商户可用', 'credit', 'merchant', 0, true, false, 'plain'),
    ('2241.04', '2241', 'Customer reserve, held and guarantee', '应付客户备付金—冻结/保证金', 'credit', 'merchant', 0, true, false, 'plain'),
    ('2241.05', '2241', 'Customer reserve, split pending', '应付客户备付金—待分账', 'credit', 'merchant', 0, true, true, 'plain'),
    ('2241.06', '2241', 'Customer reserve, platform commission', '应付客户备付金—平台佣金', 'credit', 'merchant', 0, true, false, 'plain'),
    ('2241.07', '2241', 'Refunds in transit', '应付客户备付金—退款在途', 'credit', 'none', 0, true, true, 'hot'),
    ('2241.08', '2241', 'Payouts in transit', '应付客户备付金—出款在途', 'credit', 'none', 0, true, true, 'hot'),
    ('2241.09', '2241', 'Long suspense', '待处理长款', 'credit', 'none', 0, true, true, 'plain'),
    ('2241.10', '2241', 'Returned payouts', '应付客户备付金—退票待处理', 'credit', 'none', 0, true, true, 'plain'),
    ('2241.20', '2241', 'Own funds lodged in reserve (memorandum)', '存放备付金账户的自有资金(备查)', 'credit', 'none', NULL, false, false, 'plain'),
    ('2241.21', '2241', 'Protection fund payable', '应付客户权益保障基金', 'credit', 'none', 0, true, false, 'plain'),
    ('6011', NULL, 'Interest income', '利息收入', 'credit', 'none', NULL, false, false, 'plain'),
    ('6011.01', '6011', 'Interest on reserve', '备付金利息收入', 'credit', 'none', NULL, true, false, 'plain'),
    ('6021', NULL, 'Fee income', '手续费及佣金收入', 'credit', 'none', NULL, false, false, 'plain'),
    ('6021.01', '6021', 'Fee income, charged', '手续费收入', 'credit', 'none', NULL, true, false, 'hot'),
    ('6021.02', '6021', 'Fee income refunded', '手续费收入—退费冲减', 'debit', 'none', NULL, true, false, 'hot'),
    ('6301', NULL, 'Non-operating income', '营业外收入', 'credit', 'none', NULL, false, false, 'plain'),
    ('6301.01', '6301', 'Unclaimed surplus', '营业外收入—长款', 'credit', 'none', NULL, true, false, 'plain'),
    ('6421', NULL, 'Fee expense', '手续费及佣金支出', 'debit', 'none', NULL, false, false, 'plain'),
    ('6421.01', '6421', 'Channel cost', '手续费支出—渠道成本', 'debit', 'none', NULL, true, false, 'hot'),
    ('6711', NULL, 'Non-operating expense', '营业外支出', 'debit', 'none', NULL, false, false, 'plain'),
    ('6711.01', '6711', 'Loss written off', '营业外支出—短款核销', 'debit', 'none', NULL, true, false, 'plain');
