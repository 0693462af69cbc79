-- Everything whose id lies between $1 and $2, $3 of each.
(SELECT 'payment' AS "kind!", 'id' AS "by!", id AS "id!", id::text AS "value!",
        amount_minor AS "amount_minor?", currency AS "currency?", state AS "state!"
 FROM payments WHERE id BETWEEN $1 AND $2 ORDER BY payments.id LIMIT $3)
UNION ALL
(SELECT 'order', 'id', id, id::text,
        amount_minor, currency, state
 FROM orders WHERE id BETWEEN $1 AND $2 ORDER BY orders.id LIMIT $3)
UNION ALL
(SELECT 'refund', 'id', id, id::text,
        amount_minor, currency, state
 FROM refunds WHERE id BETWEEN $1 AND $2 ORDER BY refunds.id LIMIT $3)
UNION ALL
(SELECT 'payout', 'id', id, id::text,
        amount_minor, currency, state
 FROM payouts WHERE id BETWEEN $1 AND $2 ORDER BY payouts.id LIMIT $3)
UNION ALL
(SELECT 'payout_batch', 'id', id, id::text,
        NULL::bigint, NULL::text, state
 FROM payout_batches WHERE id BETWEEN $1 AND $2 ORDER BY payout_batches.id LIMIT $3)
UNION ALL
(SELECT 'settlement', 'id', id, id::text,
        NULL::bigint, NULL::text, ''
 FROM settlements WHERE id BETWEEN $1 AND $2 ORDER BY settlements.id LIMIT $3)
UNION ALL
(SELECT 'journal', 'id', id, id::text,
        NULL::bigint, NULL::text, entry_name
 FROM ledger_journals WHERE id BETWEEN $1 AND $2 ORDER BY ledger_journals.id LIMIT $3)
UNION ALL
(SELECT 'error_item', 'id', id, id::text,
        NULL::bigint, NULL::text, state
 FROM error_items WHERE id BETWEEN $1 AND $2 ORDER BY error_items.id LIMIT $3)
UNION ALL
(SELECT 'merchant', 'id', id, id::text,
        NULL::bigint, NULL::text, name
 FROM merchants WHERE id BETWEEN $1 AND $2 ORDER BY merchants.id LIMIT $3)
UNION ALL
(SELECT 'bill_line', 'id', id, id::text,
        gross_minor, currency, status
 FROM bill_lines WHERE id BETWEEN $1 AND $2 ORDER BY bill_lines.id LIMIT $3)
UNION ALL
(SELECT 'statement_line', 'id', id, id::text,
        amount_minor, currency, ''
 FROM statement_lines WHERE id BETWEEN $1 AND $2 ORDER BY statement_lines.id LIMIT $3)
