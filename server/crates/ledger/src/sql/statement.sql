SELECT s.version AS "version!", s.journal_id AS "journal_id!", s.entry_number,
       s.accounting_date, s.event_time, s.source_kind, s.source_id, s.side AS "side!",
       s.amount_minor AS "amount_minor!", s.moved AS "moved!", s.memo AS "memo!",
       s.journal_memo, a.code AS counter_code, a.owner AS counter_owner, s.total AS "total!"
FROM (
    SELECT e.version, e.journal_id, j.entry_number, j.accounting_date, j.event_time,
           j.source_kind, j.source_id, e.side, e.amount_minor, e.memo, j.memo AS journal_memo,
           e.counter_account_id, count(*) OVER () AS total,
           (sum(CASE WHEN (e.side = 'debit') = (b.sign = 1)
                     THEN e.amount_minor ELSE -e.amount_minor END)
            OVER (ORDER BY j.accounting_date, e.version))::text AS moved
    FROM ledger_entries e
    JOIN ledger_balances b ON b.account_id = e.account_id
    JOIN ledger_journals j ON j.id = e.journal_id
    WHERE e.account_id = $1
      AND ($2::date IS NULL OR j.accounting_date >= $2)
      AND ($3::date IS NULL OR j.accounting_date <= $3)
    ORDER BY j.accounting_date, e.version
    LIMIT $4 OFFSET $5
) s
JOIN ledger_accounts a ON a.id = s.counter_account_id
ORDER BY s.accounting_date, s.version
