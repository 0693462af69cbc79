-- Search by identifier: each identifier has one index that serves equality and beginnings alike, in
-- byte order, so that it is the same in every language.
CREATE INDEX payments_by_number_text ON payments (number text_pattern_ops);
DROP INDEX payments_by_number;
CREATE INDEX payments_by_channel_no_text ON payments (channel_no text_pattern_ops)
    WHERE channel_no IS NOT NULL;
DROP INDEX payments_by_channel_no;
CREATE INDEX orders_by_number_text ON orders (merchant_order_no text_pattern_ops);
DROP INDEX orders_by_number;
CREATE INDEX refunds_by_number_text ON refunds (number text_pattern_ops);
CREATE INDEX refunds_by_merchant_no_text ON refunds (merchant_refund_no text_pattern_ops);
CREATE INDEX refunds_by_channel_no_text ON refunds (channel_no text_pattern_ops)
    WHERE channel_no IS NOT NULL;
CREATE INDEX payouts_by_number_text ON payouts (number text_pattern_ops);
CREATE INDEX payouts_by_bank_ref_text ON payouts (bank_ref text_pattern_ops)
    WHERE bank_ref IS NOT NULL;
CREATE INDEX payout_batches_by_number_text ON payout_batches (number text_pattern_ops);
CREATE INDEX merchants_by_code_text ON merchants (code text_pattern_ops);
CREATE INDEX error_items_by_number_text ON error_items (number text_pattern_ops);
CREATE INDEX bill_lines_by_channel_no_text ON bill_lines (channel_no text_pattern_ops);
DROP INDEX bill_lines_by_channel_no;
CREATE INDEX statement_lines_by_bank_ref_text ON statement_lines (bank_ref text_pattern_ops);
CREATE INDEX statement_lines_by_end_to_end_text ON statement_lines (end_to_end_id text_pattern_ops)
    WHERE end_to_end_id IS NOT NULL;

-- Lists of payments from new to old, by merchant and by clearing date.
CREATE INDEX payments_of_merchant ON payments (merchant_id, created_at DESC, id DESC);
CREATE INDEX payments_of_clearing_date ON payments (clearing_date, created_at DESC, id DESC)
    WHERE clearing_date IS NOT NULL;
