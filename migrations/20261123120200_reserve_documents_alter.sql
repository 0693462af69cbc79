-- A document's order to the bank whose outcome nobody knows is asked about, like a payout.
ALTER TABLE reserve_documents ADD COLUMN queries integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN reserve_documents.queries IS 'How often the bank was asked what became of the order';
GRANT UPDATE (queries) ON reserve_documents TO countinghouse_app;
