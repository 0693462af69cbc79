-- Four eyes: what a maker proposed, exactly, and what a different person decided about it.
CREATE TABLE approvals (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    title text NOT NULL,
    content jsonb NOT NULL,
    content_hash text NOT NULL,
    maker_id uuid NOT NULL REFERENCES staff (id),
    made_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN
        ('pending', 'approved', 'rejected', 'executed', 'stale', 'withdrawn')),
    checker_id uuid REFERENCES staff (id),
    decided_at timestamptz,
    note text NOT NULL DEFAULT '',
    concluded_at timestamptz,
    request_id text,
    CONSTRAINT approvals_maker_is_not_checker CHECK (checker_id <> maker_id),
    CONSTRAINT approvals_decision_is_whole CHECK (
        (state IN ('pending', 'withdrawn')) = (checker_id IS NULL)
        AND (checker_id IS NULL) = (decided_at IS NULL))
);
COMMENT ON COLUMN approvals.content_hash IS 'SHA-256 of the content the checker must have seen';
CREATE UNIQUE INDEX approvals_one_open_per_subject ON approvals (kind, subject_id)
    WHERE state IN ('pending', 'approved');
CREATE INDEX approvals_waiting ON approvals (made_at) WHERE state = 'pending';
CREATE INDEX approvals_by_maker ON approvals (maker_id, made_at DESC);
