WITH moved AS (
    SELECT account_id, accounting_date, debit_minor, credit_minor
    FROM ledger_day_turnovers
    WHERE accounting_date <= $2
    UNION ALL
    SELECT e.account_id, j.accounting_date,
           CASE e.side WHEN 'debit' THEN e.amount_minor ELSE 0 END,
           CASE e.side WHEN 'credit' THEN e.amount_minor ELSE 0 END
    FROM ledger_days d
    JOIN ledger_journals j ON j.accounting_date = d.accounting_date
    JOIN ledger_entries e ON e.journal_id = j.id
    WHERE d.state = 'open' AND d.accounting_date <= $2
), totals AS (
    SELECT account_id,
           coalesce(sum(debit_minor - credit_minor) FILTER (WHERE accounting_date < $1), 0)
               AS opening_net,
           coalesce(sum(debit_minor) FILTER (WHERE accounting_date >= $1), 0) AS day_debits,
           coalesce(sum(credit_minor) FILTER (WHERE accounting_date >= $1), 0) AS day_credits,
           sum(debit_minor - credit_minor) AS closing_net
    FROM moved
    GROUP BY account_id
)
SELECT a.id, a.code, a.owner, c.name_en, c.name_zh, c.normal_side,
       t.opening_net::text AS "opening_net!", t.day_debits::text AS "day_debits!",
       t.day_credits::text AS "day_credits!", t.closing_net::text AS "closing_net!"
FROM totals t
JOIN ledger_accounts a ON a.id = t.account_id
JOIN ledger_chart c ON c.code = a.code
WHERE a.currency = $3
ORDER BY a.code, a.owner
