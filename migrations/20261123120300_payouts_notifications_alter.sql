-- Merchants are told of payouts: a notification about a payout belongs to no order.
ALTER TABLE notifications DROP CONSTRAINT notifications_event_known;
ALTER TABLE notifications
    ALTER COLUMN order_id DROP NOT NULL,
    ADD CONSTRAINT notifications_event_known CHECK (event IN
        ('payment.succeeded', 'payment.failed', 'refund.succeeded', 'refund.failed',
         'payout.paid', 'payout.returned', 'payout.rejected')),
    ADD CONSTRAINT notifications_only_payouts_have_no_order
        CHECK ((order_id IS NULL) = (event LIKE 'payout.%'));
