-- The queue of background work, which is also the outbox: a job exists exactly when the
-- transaction that handed it on took effect.
CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    unique_key text CONSTRAINT jobs_unique_key UNIQUE,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
    run_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    fence bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    progress_done bigint,
    progress_total bigint,
    last_error text,
    request_id text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
COMMENT ON COLUMN jobs.fence IS 'Grows with each claim; a worker that lost its lease cannot write';
COMMENT ON COLUMN jobs.unique_key IS 'At most one job ever with this key';
CREATE INDEX jobs_due ON jobs (run_at) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_recent ON jobs (created_at DESC);
