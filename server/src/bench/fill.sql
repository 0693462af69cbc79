CREATE TABLE bench_floor.filled AS
SELECT n,
       -- Time-ordered, as the program's are: milliseconds first.
       (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - $journals + n), 12, '0')
           || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid AS journal,
       m.id AS merchant, h.id AS channel,
       h.version + n AS debit_version, h.balance_minor + n AS debit_balance,
       m.version + (n - 1) / 10000 + 1 AS credit_version,
       m.balance_minor + (n - 1) / 10000 + 1 AS credit_balance
FROM generate_series(1, $journals) n
JOIN (
    SELECT a.id, b.version, b.balance_minor, row_number() OVER (ORDER BY a.owner) AS place
    FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
    WHERE a.code = '2241.02' AND a.currency = 'CNY'
) m ON m.place = (n - 1) % 10000 + 1
CROSS JOIN (
    SELECT a.id, b.version, b.balance_minor
    FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
    WHERE a.code = '1122.01' AND a.owner = 'BENCH' AND a.currency = 'CNY'
) h;

INSERT INTO ledger_journals (
    id, key, content_hash, entry_number, entry_name, accounting_date, clearing_date, event_time,
    source_kind, source_id, memo, line_count, posted_at
)
SELECT journal, 'payment:' || journal || ':collected', sha256(journal::text::bytea), 1,
       'collection', $day, $day, now(), 'payment', journal, '', 1, now()
FROM bench_floor.filled ORDER BY n;

INSERT INTO ledger_transfers (
    journal_id, line, debit_account_id, credit_account_id, amount_minor, currency,
    debit_version, debit_balance_minor, credit_version, credit_balance_minor, memo
)
SELECT journal, 1, channel, merchant, 1, 'CNY', debit_version, debit_balance, credit_version,
       credit_balance, 'collection'
FROM bench_floor.filled ORDER BY n;

UPDATE ledger_balances held
SET debit_minor = held.debit_minor + moved.debits, credit_minor = held.credit_minor + moved.credits,
    version = held.version + moved.debits + moved.credits
FROM (
    SELECT channel AS account, count(*) AS debits, 0 AS credits
    FROM bench_floor.filled GROUP BY channel
    UNION ALL
    SELECT merchant, 0, count(*) FROM bench_floor.filled GROUP BY merchant
) moved
WHERE held.account_id = moved.account;

DROP TABLE bench_floor.filled;
