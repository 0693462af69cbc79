WITH last AS (
    -- What a closed day left open need not be added up again.
    SELECT max(accounting_date) AS day FROM ledger_day_open_marks WHERE accounting_date <= $1
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
    WHERE o.day IS DISTINCT FROM $1 AND j.accounting_date <= $1
      AND (o.day IS NULL OR j.accounting_date > o.day)
)
SELECT o.id AS "id!", o.code AS "code!", o.owner AS "owner!", o.currency AS "currency!",
       i.item_kind AS "item_kind!", i.item_id AS "item_id!", sum(i.minor)::text AS "amount!",
       min(i.since) AS "since!"
FROM items i JOIN owned o ON o.id = i.account_id
GROUP BY o.id, o.code, o.owner, o.currency, i.item_kind, i.item_id
HAVING sum(i.minor) <> 0
ORDER BY o.code, o.owner, o.currency, min(i.since), i.item_kind, i.item_id
