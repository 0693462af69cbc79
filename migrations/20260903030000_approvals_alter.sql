-- What an approved request would have met: kept when it was not carried out because of it.
CREATE TABLE approval_differences (
    approval_id uuid PRIMARY KEY REFERENCES approvals (id),
    content_now jsonb NOT NULL,
    found_at timestamptz NOT NULL
);
COMMENT ON TABLE approval_differences IS
    'The content of a stale request as it was when it should have been carried out';
REVOKE UPDATE, DELETE ON approval_differences FROM countinghouse_app;
CREATE INDEX approvals_by_subject ON approvals (kind, subject_id, made_at DESC);
