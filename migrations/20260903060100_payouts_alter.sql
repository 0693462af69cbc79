-- What an account was paid before, for the marks a checker sees.
CREATE INDEX payouts_paid_by_account ON payouts (payee_account, updated_at DESC)
    WHERE state = 'paid';
