-- What a day leaves open on accounts in transit, kept when it closes: neither the items in transit
-- nor what a merchant has on its way out needs the whole history any more.

CREATE TABLE ledger_day_open_items (
    accounting_date date NOT NULL
        CONSTRAINT ledger_day_open_items_day_exists REFERENCES ledger_days (accounting_date),
    account_id uuid NOT NULL
        CONSTRAINT ledger_day_open_items_account_exists REFERENCES ledger_accounts (id),
    item_kind text NOT NULL,
    item_id text NOT NULL,
    amount_minor bigint NOT NULL
        CONSTRAINT ledger_day_open_items_not_zero CHECK (amount_minor <> 0),
    since date NOT NULL,
    CONSTRAINT ledger_day_open_items_pkey
        PRIMARY KEY (accounting_date, account_id, item_kind, item_id)
);
COMMENT ON TABLE ledger_day_open_items IS 'Open items of accounts in transit, 在途未清项, at the end of each closed day.';
COMMENT ON COLUMN ledger_day_open_items.since IS 'Accounting date of the item''s first entry since it was last at zero at the end of a day.';

CREATE TABLE ledger_day_open_marks (
    accounting_date date NOT NULL
        CONSTRAINT ledger_day_open_marks_day_exists REFERENCES ledger_days (accounting_date),
    account_id uuid NOT NULL
        CONSTRAINT ledger_day_open_marks_account_exists REFERENCES ledger_accounts (id),
    next_version bigint NOT NULL
        CONSTRAINT ledger_day_open_marks_from_one CHECK (next_version >= 1),
    CONSTRAINT ledger_day_open_marks_pkey PRIMARY KEY (accounting_date, account_id)
);
COMMENT ON COLUMN ledger_day_open_marks.next_version IS 'No entry of a later day on this account has a lower number.';

REVOKE ALL ON ledger_day_open_items, ledger_day_open_marks FROM countinghouse_app;
GRANT SELECT, INSERT ON ledger_day_open_items, ledger_day_open_marks TO countinghouse_app;

-- The days closed so far, as their last one left them.
WITH closed AS (
    SELECT max(accounting_date) AS day FROM ledger_days WHERE state = 'closed'
), last AS (
    -- What a closed day left open need not be added up again.
    SELECT max(accounting_date) AS day FROM ledger_day_open_marks WHERE accounting_date < (SELECT day FROM closed)
), owned AS (
    SELECT a.id, a.code, a.owner, a.currency, c.normal_side, c.owner_kind, l.day,
           coalesce(m.next_version, 1) AS next_version
    FROM ledger_chart c
    JOIN ledger_accounts a ON a.code = c.code
    CROSS JOIN last l
    LEFT JOIN ledger_day_open_marks m ON m.account_id = a.id AND m.accounting_date = l.day
    WHERE c.in_transit
), items AS (
    SELECT i.account_id, i.item_kind, i.item_id, i.amount_minor AS minor, i.since
    FROM last l JOIN ledger_day_open_items i ON i.accounting_date = l.day
    UNION ALL
    SELECT o.id,
           CASE WHEN o.owner_kind = 'channel' AND j.clearing_date IS NOT NULL
                THEN 'clearing_date' ELSE j.source_kind END,
           CASE WHEN o.owner_kind = 'channel' AND j.clearing_date IS NOT NULL
                THEN j.clearing_date::text ELSE j.source_id END,
           CASE e.side WHEN o.normal_side THEN e.amount_minor ELSE -e.amount_minor END,
           j.accounting_date
    FROM owned o
    JOIN ledger_entries e ON e.account_id = o.id AND e.version >= o.next_version
    JOIN ledger_journals j ON j.id = e.journal_id
    WHERE o.day IS DISTINCT FROM (SELECT day FROM closed) AND j.accounting_date <= (SELECT day FROM closed)
      AND (o.day IS NULL OR j.accounting_date > o.day)
), kept AS (
    INSERT INTO ledger_day_open_items
        (accounting_date, account_id, item_kind, item_id, amount_minor, since)
    SELECT c.day, i.account_id, i.item_kind, i.item_id, sum(i.minor)::bigint, min(i.since)
    FROM items i CROSS JOIN closed c
    WHERE c.day IS NOT NULL
    GROUP BY c.day, i.account_id, i.item_kind, i.item_id
    HAVING sum(i.minor) <> 0
)
INSERT INTO ledger_day_open_marks (accounting_date, account_id, next_version)
SELECT c.day, o.id, coalesce(
    (SELECT min(e.version)
     FROM ledger_entries e JOIN ledger_journals j ON j.id = e.journal_id
     WHERE e.account_id = o.id AND j.accounting_date > c.day),
    b.version + 1)
FROM owned o JOIN ledger_balances b ON b.account_id = o.id CROSS JOIN closed c
WHERE c.day IS NOT NULL;
