WITH mine AS (
    SELECT id FROM ledger_accounts
    WHERE owner = $1 AND currency = $2 AND code IN ('2241.02', '2241.03', '2241.04', '2241.06')
), transit AS (
    SELECT id FROM ledger_accounts
    WHERE owner = '' AND currency = $2 AND code IN ('2241.07', '2241.08', '2241.10')
), documents AS (
    SELECT DISTINCT j.source_kind, j.source_id
    FROM ledger_transfers t JOIN ledger_journals j ON j.id = t.journal_id
    WHERE t.debit_account_id IN (SELECT id FROM mine)
      AND t.credit_account_id IN (SELECT id FROM transit)
)
SELECT coalesce(sum(CASE e.side WHEN 'credit' THEN e.amount_minor ELSE -e.amount_minor END), 0)::text
    AS "sum!"
FROM documents d
JOIN ledger_journals j ON j.source_kind = d.source_kind AND j.source_id = d.source_id
JOIN ledger_entries e ON e.journal_id = j.id
WHERE e.account_id IN (SELECT id FROM transit)
