-- Users withdraw, and top-ups go back to where they came from.
ALTER TABLE payouts
    ADD COLUMN user_id uuid REFERENCES users (id),
    ADD COLUMN top_up_id uuid REFERENCES top_ups (order_id),
    DROP CONSTRAINT payouts_source_known,
    ADD CONSTRAINT payouts_source_known CHECK (source IN
        ('settlement', 'returned_payout', 'refund', 'user_withdrawal', 'top_up_return')),
    DROP CONSTRAINT payouts_from_code_known,
    ADD CONSTRAINT payouts_from_code_known
        CHECK (from_code IN ('2241.01', '2241.03', '2241.06', '2241.07')),
    ADD CONSTRAINT payouts_user_is_taken_from
        CHECK ((from_code = '2241.01') = (user_id IS NOT NULL)),
    ADD CONSTRAINT payouts_withdrawal_names_itself
        CHECK (source <> 'user_withdrawal' OR (user_id IS NOT NULL AND source_id = id)),
    ADD CONSTRAINT payouts_top_up_return_names_itself
        CHECK (source <> 'top_up_return' OR top_up_id = source_id),
    DROP CONSTRAINT payouts_only_drafts_are_without_batch,
    ADD CONSTRAINT payouts_only_drafts_are_without_batch CHECK
        (state = 'drafted' OR batch_id IS NOT NULL
         OR (state = 'rejected' AND source IN ('user_withdrawal', 'top_up_return')));
COMMENT ON COLUMN payouts.user_id IS 'The user whose balance it is taken from';
COMMENT ON COLUMN payouts.top_up_id IS 'The top-up it gives back, also when it is paid once more';
CREATE INDEX payouts_by_user ON payouts (user_id, created_at) WHERE user_id IS NOT NULL;
CREATE INDEX payouts_by_top_up ON payouts (top_up_id) WHERE top_up_id IS NOT NULL;
ALTER TABLE withdrawals ADD CONSTRAINT withdrawals_payout_exists
    FOREIGN KEY (payout_id) REFERENCES payouts (id);
