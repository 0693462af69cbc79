-- Special-business accounts, the clearing house an account's payouts go over, and statement lines
-- explained by documents that move the reserve itself.
ALTER TABLE reserve_accounts
    DROP CONSTRAINT reserve_accounts_purpose_known,
    DROP CONSTRAINT reserve_accounts_ledger_code_known,
    DROP CONSTRAINT reserve_accounts_purpose_fits_ledger;
ALTER TABLE reserve_accounts
    ADD CONSTRAINT reserve_accounts_purpose_known
        CHECK (purpose IN ('custody', 'special', 'own_funds')),
    ADD CONSTRAINT reserve_accounts_purpose_fits_ledger
        CHECK ((purpose, ledger_code) IN
            (('custody', '1012.01'), ('special', '1012.02'), ('own_funds', '1002.01'))),
    ADD COLUMN clearing_house text,
    ADD CONSTRAINT reserve_accounts_only_customers_money_is_cleared
        CHECK (clearing_house IS NULL OR purpose <> 'own_funds');
COMMENT ON COLUMN reserve_accounts.clearing_house IS 'The clearing house payouts go over and whose quota they use; null: none applies';

ALTER TABLE statement_lines DROP CONSTRAINT statement_lines_use_known;
ALTER TABLE statement_lines ADD CONSTRAINT statement_lines_use_known CHECK (explained_by IN
    ('payout', 'returned_payout', 'channel_funds', 'error_item', 'reserve_document'));
CREATE INDEX statement_lines_by_account_and_day ON statement_lines (account_no, booking_date);
