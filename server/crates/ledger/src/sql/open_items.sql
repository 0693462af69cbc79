WITH items AS (
    SELECT a.id, a.code, a.owner, a.currency, j.accounting_date,
           CASE WHEN c.owner_kind = 'channel' AND j.clearing_date IS NOT NULL
                THEN 'clearing_date' ELSE j.source_kind END AS item_kind,
           CASE WHEN c.owner_kind = 'channel' AND j.clearing_date IS NOT NULL
                THEN j.clearing_date::text ELSE j.source_id END AS item_id,
           CASE e.side WHEN c.normal_side THEN e.amount_minor ELSE -e.amount_minor END AS minor
    FROM ledger_chart c
    JOIN ledger_accounts a ON a.code = c.code
    JOIN ledger_entries e ON e.account_id = a.id
    JOIN ledger_journals j ON j.id = e.journal_id
    WHERE c.in_transit AND j.accounting_date <= $1
)
SELECT id AS "id!", code AS "code!", owner AS "owner!", currency AS "currency!",
       item_kind AS "item_kind!", item_id AS "item_id!", sum(minor)::text AS "amount!",
       min(accounting_date) AS "since!"
FROM items
GROUP BY id, code, owner, currency, item_kind, item_id
HAVING sum(minor) <> 0
ORDER BY code, owner, currency, min(accounting_date), item_kind, item_id
