-- Orders of reserve documents (fee sweeps, position transfers, own funds) leave an account that pays
-- by file in a signed file of their own.
ALTER TABLE payout_files
    ALTER COLUMN batch_id DROP NOT NULL,
    ADD COLUMN document_id uuid CONSTRAINT payout_files_one_per_document UNIQUE
        CONSTRAINT payout_files_document_exists REFERENCES reserve_documents (id),
    ADD CONSTRAINT payout_files_carries_one_thing
        CHECK (num_nonnulls(batch_id, document_id) = 1);
COMMENT ON COLUMN payout_files.document_id IS
    'The reserve document whose order it carries, 备付金单据; a document is in one file or in none';
