-- Rows of files other than bills, statements and order lists: fund bills, advices, error trades,
-- payment states, summaries; with what each turned out to be about.
ALTER TABLE source_files
    DROP CONSTRAINT source_files_kind_known,
    ADD CONSTRAINT source_files_kind_known CHECK (kind IN
        ('bill', 'statement', 'fund_bill', 'merchant_orders', 'notification', 'disputes',
         'payment_status', 'bill_summary'));

DROP INDEX source_files_one_per_day;
CREATE UNIQUE INDEX source_files_one_per_day ON source_files (kind, scope, clearing_date)
    WHERE replaced_at IS NULL AND kind NOT IN ('notification', 'payment_status');

CREATE TABLE file_entries (
    file_id uuid NOT NULL REFERENCES source_files (id),
    line bigint NOT NULL,
    what text NOT NULL,
    number text NOT NULL,
    other_no text NOT NULL,
    currency text,
    amount_minor bigint,
    fee_minor bigint,
    balance_minor bigint,
    status text,
    reason text,
    event_time timestamptz,
    day date,
    party text,
    remark text NOT NULL,
    effect text CONSTRAINT file_entries_effect_known CHECK (effect IN
        ('payout_accepted', 'payout_rejected', 'payout_known', 'contradicts', 'announces',
         'announces_return', 'error_item', 'unknown_number')),
    payout_id uuid REFERENCES payouts (id),
    bill_line_id uuid REFERENCES bill_lines (id),
    error_item_id uuid REFERENCES error_items (id),
    PRIMARY KEY (file_id, line),
    CONSTRAINT file_entries_money_has_currency CHECK
        (currency IS NOT NULL OR COALESCE(amount_minor, fee_minor, balance_minor) IS NULL)
);
COMMENT ON TABLE file_entries IS 'Rows of files that are neither bill, statement nor order list';
COMMENT ON COLUMN file_entries.amount_minor IS 'Movement with its sign towards us';
CREATE INDEX file_entries_by_number ON file_entries (number) WHERE number <> '';
CREATE INDEX file_entries_by_payout ON file_entries (payout_id) WHERE payout_id IS NOT NULL;
REVOKE UPDATE, DELETE, TRUNCATE ON file_entries FROM countinghouse_app;
