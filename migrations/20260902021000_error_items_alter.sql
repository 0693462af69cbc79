-- An error item may also be opened by what a channel says against what is certain, without a
-- reconciliation.
ALTER TABLE error_items ALTER COLUMN reconciliation_id DROP NOT NULL;
COMMENT ON COLUMN error_items.reconciliation_id IS 'The run that found it; none where the channel contradicted us by itself';
