WITH open_days AS (
    SELECT accounting_date FROM ledger_days
    WHERE accounting_date = ANY($1::date[]) AND state = 'open'
    FOR SHARE
), locked AS (
    SELECT held.account_id
    FROM unnest($28::uuid[], $29::bigint[], $30::bigint[], $31::bigint[])
        WITH ORDINALITY AS was (account_id, debit_minor, credit_minor, version, place)
    JOIN ledger_balances held ON held.account_id = was.account_id
        AND held.debit_minor = was.debit_minor AND held.credit_minor = was.credit_minor
        AND held.version = was.version
    ORDER BY was.place
    FOR UPDATE OF held
), journals AS (
    INSERT INTO ledger_journals (
        id, key, content_hash, entry_number, entry_name, accounting_date, clearing_date, event_time,
        source_kind, source_id, reverses, memo, line_count, posted_at, request_id
    )
    SELECT *
    FROM unnest(
        $2::uuid[], $3::text[], $4::bytea[], $5::smallint[], $6::text[], $7::date[], $8::date[],
        $9::timestamptz[], $10::text[], $11::text[], $12::uuid[], $13::text[], $14::smallint[],
        $15::timestamptz[], $16::text[]
    )
    WHERE (SELECT count(*) FROM open_days) = cardinality($1)
      AND ($35 OR (SELECT count(*) FROM locked) = cardinality($28))
      AND NOT EXISTS (SELECT 1 FROM ledger_journals seen WHERE seen.key = ANY($3))
    RETURNING id
), transfers AS (
    INSERT INTO ledger_transfers (
        journal_id, line, debit_account_id, credit_account_id, amount_minor, currency,
        debit_version, debit_balance_minor, credit_version, credit_balance_minor, memo
    )
    SELECT new.*
    FROM unnest(
        $17::uuid[], $18::smallint[], $19::uuid[], $20::uuid[], $21::bigint[], $22::text[],
        $23::bigint[], $24::bigint[], $25::bigint[], $26::bigint[], $27::text[]
    ) AS new (
        journal_id, line, debit_account_id, credit_account_id, amount_minor, currency,
        debit_version, debit_balance_minor, credit_version, credit_balance_minor, memo
    )
    WHERE EXISTS (SELECT 1 FROM journals)
), balances AS (
    UPDATE ledger_balances held
    SET debit_minor = new.debit_minor, credit_minor = new.credit_minor, version = new.version
    FROM unnest($28::uuid[], $32::bigint[], $33::bigint[], $34::bigint[])
        AS new (account_id, debit_minor, credit_minor, version)
    WHERE held.account_id = new.account_id AND EXISTS (SELECT 1 FROM journals)
)
SELECT EXISTS (SELECT 1 FROM journals) AS "written!"
