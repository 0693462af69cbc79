-- Numbers of bills are looked up whole: bytes are compared, not words of a language, which makes a row
-- of a long bill cheaper to write.
DROP INDEX bill_lines_by_order_no;
CREATE INDEX bill_lines_by_order_no ON bill_lines (order_no text_pattern_ops) WHERE order_no <> '';
DROP INDEX bill_lines_by_refund_no;
CREATE INDEX bill_lines_by_refund_no ON bill_lines (refund_no text_pattern_ops)
    WHERE refund_no IS NOT NULL;
