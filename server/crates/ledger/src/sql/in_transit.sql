WITH mine AS (
    SELECT id FROM ledger_accounts
    WHERE owner = $1 AND currency = $2 AND code IN ('2241.02', '2241.03', '2241.04', '2241.06')
), last AS (
    SELECT max(accounting_date) AS day FROM ledger_day_open_marks
), transit AS (
    SELECT a.id, l.day, coalesce(m.next_version, 1) AS next_version
    FROM ledger_accounts a
    CROSS JOIN last l
    LEFT JOIN ledger_day_open_marks m ON m.account_id = a.id AND m.accounting_date = l.day
    WHERE a.owner = '' AND a.currency = $2 AND a.code IN ('2241.07', '2241.08', '2241.10')
), moved AS (
    SELECT i.item_kind AS kind, i.item_id AS id, i.amount_minor AS minor
    FROM transit t JOIN ledger_day_open_items i
        ON i.account_id = t.id AND i.accounting_date = t.day
    UNION ALL
    SELECT j.source_kind, j.source_id,
           CASE e.side WHEN 'credit' THEN e.amount_minor ELSE -e.amount_minor END
    FROM transit t
    JOIN ledger_entries e ON e.account_id = t.id AND e.version >= t.next_version
    JOIN ledger_journals j ON j.id = e.journal_id
    WHERE t.day IS NULL OR j.accounting_date > t.day
), open AS MATERIALIZED (
    SELECT kind, id, sum(minor) AS minor FROM moved GROUP BY kind, id HAVING sum(minor) <> 0
)
SELECT coalesce(sum(o.minor), 0)::text AS "sum!"
FROM open o
WHERE EXISTS (
    SELECT 1
    FROM ledger_journals j JOIN ledger_transfers t ON t.journal_id = j.id
    WHERE j.source_kind = o.kind AND j.source_id = o.id
      AND t.debit_account_id IN (SELECT id FROM mine)
      AND t.credit_account_id IN (SELECT id FROM transit)
)
