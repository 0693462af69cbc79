-- The institution's bank accounts, what is promised out of them, and what banks say is in them.
CREATE TABLE reserve_accounts (
    id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT reserve_accounts_code_taken UNIQUE,
    purpose text NOT NULL CONSTRAINT reserve_accounts_purpose_known
        CHECK (purpose IN ('custody', 'own_funds')),
    bank_name text NOT NULL,
    account_no text NOT NULL CONSTRAINT reserve_accounts_account_taken UNIQUE,
    currency text NOT NULL,
    ledger_code text NOT NULL CONSTRAINT reserve_accounts_ledger_code_known
        CHECK (ledger_code IN ('1012.01', '1002.01')),
    front text NOT NULL REFERENCES channels (code),
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    CONSTRAINT reserve_accounts_one_per_ledger_account UNIQUE (ledger_code, currency),
    CONSTRAINT reserve_accounts_purpose_fits_ledger
        CHECK ((purpose = 'custody') = (ledger_code = '1012.01'))
);
COMMENT ON TABLE reserve_accounts IS 'Bank accounts of the institution with their purpose, 备付金账户/自有资金账户; the row is the lock under which money is promised';

CREATE TABLE fund_instructions (
    id uuid PRIMARY KEY,
    reserve_account_id uuid NOT NULL REFERENCES reserve_accounts (id),
    payout_id uuid NOT NULL CONSTRAINT fund_instructions_one_per_payout UNIQUE,
    amount_minor bigint NOT NULL CONSTRAINT fund_instructions_amount_positive
        CHECK (amount_minor > 0),
    state text NOT NULL CONSTRAINT fund_instructions_state_known
        CHECK (state IN ('promised', 'paid', 'released')),
    created_at timestamptz NOT NULL,
    concluded_at timestamptz,
    CONSTRAINT fund_instructions_conclusion_has_time
        CHECK ((state = 'promised') = (concluded_at IS NULL))
);
COMMENT ON TABLE fund_instructions IS 'Money promised to payouts: paid when the statement shows it, released when the bank refused';
CREATE INDEX fund_instructions_promised ON fund_instructions (reserve_account_id)
    WHERE state = 'promised';

CREATE TABLE reserve_statement_balances (
    account_no text NOT NULL REFERENCES reserve_accounts (account_no),
    day date NOT NULL,
    closing_minor bigint NOT NULL,
    PRIMARY KEY (account_no, day)
);
COMMENT ON TABLE reserve_statement_balances IS 'Closing balances of imported bank statements';
