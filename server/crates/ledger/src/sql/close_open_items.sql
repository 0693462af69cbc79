WITH last AS (
    -- What a closed day left open need not be added up again.
    SELECT max(accounting_date) AS day FROM ledger_day_open_marks WHERE accounting_date < $1::date
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
    WHERE o.day IS DISTINCT FROM $1::date AND j.accounting_date <= $1::date
      AND (o.day IS NULL OR j.accounting_date > o.day)
), kept AS (
    INSERT INTO ledger_day_open_items
        (accounting_date, account_id, item_kind, item_id, amount_minor, since)
    SELECT $1, account_id, item_kind, item_id, sum(minor)::bigint, min(since)
    FROM items
    GROUP BY account_id, item_kind, item_id
    HAVING sum(minor) <> 0
)
INSERT INTO ledger_day_open_marks (accounting_date, account_id, next_version)
SELECT $1, o.id, coalesce(
    (SELECT min(e.version)
     FROM ledger_entries e JOIN ledger_journals j ON j.id = e.journal_id
     WHERE e.account_id = o.id AND e.version >= o.next_version AND j.accounting_date > $1),
    b.version + 1)
FROM owned o JOIN ledger_balances b ON b.account_id = o.id
