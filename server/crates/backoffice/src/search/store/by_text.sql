-- Everything whose number or reference begins with $1 (up to $2 in byte order), $3 of each.
(SELECT 'payment' AS "kind!", 'number' AS "by!", id AS "id!", number AS "value!",
        amount_minor AS "amount_minor?", currency AS "currency?", state AS "state!"
 FROM payments WHERE number ~>=~ $1 AND number ~<~ $2
 ORDER BY number USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'payment', 'channel_no', id, channel_no,
        amount_minor, currency, state
 FROM payments WHERE channel_no ~>=~ $1 AND channel_no ~<~ $2
 ORDER BY channel_no USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'refund', 'number', id, number,
        amount_minor, currency, state
 FROM refunds WHERE number ~>=~ $1 AND number ~<~ $2
 ORDER BY number USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'refund', 'merchant_no', id, merchant_refund_no,
        amount_minor, currency, state
 FROM refunds WHERE merchant_refund_no ~>=~ $1 AND merchant_refund_no ~<~ $2
 ORDER BY merchant_refund_no USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'refund', 'channel_no', id, channel_no,
        amount_minor, currency, state
 FROM refunds WHERE channel_no ~>=~ $1 AND channel_no ~<~ $2
 ORDER BY channel_no USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'payout', 'end_to_end', id, number,
        amount_minor, currency, state
 FROM payouts WHERE number ~>=~ $1 AND number ~<~ $2
 ORDER BY number USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'payout', 'bank_ref', id, bank_ref,
        amount_minor, currency, state
 FROM payouts WHERE bank_ref ~>=~ $1 AND bank_ref ~<~ $2
 ORDER BY bank_ref USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'payout_batch', 'number', id, number,
        NULL::bigint, NULL::text, state
 FROM payout_batches WHERE number ~>=~ $1 AND number ~<~ $2
 ORDER BY number USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'error_item', 'number', id, number,
        NULL::bigint, NULL::text, state
 FROM error_items WHERE number ~>=~ $1 AND number ~<~ $2
 ORDER BY number USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'merchant', 'code', id, code,
        NULL::bigint, NULL::text, name
 FROM merchants WHERE code ~>=~ $1 AND code ~<~ $2
 ORDER BY code USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'bill_line', 'channel_no', id, channel_no,
        gross_minor, currency, status
 FROM bill_lines WHERE channel_no ~>=~ $1 AND channel_no ~<~ $2
 ORDER BY channel_no USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'statement_line', 'bank_ref', id, bank_ref,
        amount_minor, currency, ''
 FROM statement_lines WHERE bank_ref ~>=~ $1 AND bank_ref ~<~ $2
 ORDER BY bank_ref USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'statement_line', 'end_to_end', id, end_to_end_id,
        amount_minor, currency, ''
 FROM statement_lines WHERE end_to_end_id ~>=~ $1 AND end_to_end_id ~<~ $2
 ORDER BY end_to_end_id USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'order', 'merchant_no', id, merchant_order_no, amount_minor, currency, state
 FROM orders WHERE merchant_order_no ~>=~ $1 AND merchant_order_no ~<~ $2
 ORDER BY merchant_order_no USING ~<~ LIMIT $3)
UNION ALL
(SELECT 'payment', 'merchant_no', p.id, o.merchant_order_no, p.amount_minor, p.currency, p.state
 FROM (SELECT id, merchant_order_no FROM orders
       WHERE merchant_order_no ~>=~ $1 AND merchant_order_no ~<~ $2
       ORDER BY merchant_order_no USING ~<~ LIMIT $3) o
 JOIN payments p ON p.order_id = o.id)
