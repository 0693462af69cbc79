-- Error items come to a queue by rules that are data, are due at a time, and keep their evidence.
ALTER TABLE error_items
    ADD COLUMN queue text NOT NULL DEFAULT 'operations' CONSTRAINT error_items_queue_known
        CHECK (queue IN ('operations', 'finance', 'channels', 'risk')),
    ADD COLUMN due_at timestamptz,
    ADD COLUMN escalated_at timestamptz;
UPDATE error_items SET due_at = opened_at + interval '7 days';
ALTER TABLE error_items ALTER COLUMN due_at SET NOT NULL;
COMMENT ON COLUMN error_items.queue IS 'Who looks at it first, by rule';
COMMENT ON COLUMN error_items.due_at IS 'By when it has to be done, by rule';
COMMENT ON COLUMN error_items.escalated_at IS 'When it was found overdue';

CREATE TABLE error_item_rules (
    version bigint PRIMARY KEY,
    content jsonb NOT NULL,
    approval_id uuid REFERENCES approvals (id),
    since timestamptz NOT NULL
);
COMMENT ON TABLE error_item_rules IS 'How error items are handled, one version after the other, 差错处理规则';
REVOKE UPDATE, DELETE, TRUNCATE ON error_item_rules FROM countinghouse_app;

CREATE TABLE error_item_files (
    id uuid PRIMARY KEY,
    item_id uuid NOT NULL REFERENCES error_items (id),
    name text NOT NULL,
    kind text NOT NULL CONSTRAINT error_item_files_kind_known
        CHECK (kind IN ('pdf', 'png', 'jpeg', 'zip', 'text')),
    length bigint NOT NULL CONSTRAINT error_item_files_length_limited
        CHECK (length BETWEEN 1 AND 10485760),
    sha256 text NOT NULL,
    bytes bytea NOT NULL,
    staff_id uuid NOT NULL REFERENCES staff (id),
    at timestamptz NOT NULL,
    CONSTRAINT error_item_files_once UNIQUE (item_id, sha256)
);
COMMENT ON TABLE error_item_files IS 'Evidence of error items, byte by byte, 凭证';
REVOKE UPDATE, DELETE, TRUNCATE ON error_item_files FROM countinghouse_app;

-- The list goes from new to old from any place, under each filter that people use.
CREATE INDEX error_items_open ON error_items (opened_at DESC, id DESC)
    WHERE state NOT IN ('executed', 'verified', 'closed', 'auto_resolved');
CREATE INDEX error_items_by_queue ON error_items (queue, opened_at DESC, id DESC)
    WHERE state NOT IN ('executed', 'verified', 'closed', 'auto_resolved');
CREATE INDEX error_items_by_assignee ON error_items (assignee_id, opened_at DESC, id DESC)
    WHERE assignee_id IS NOT NULL;
CREATE INDEX error_items_by_cause ON error_items (cause, opened_at DESC, id DESC);
CREATE INDEX error_items_by_channel ON error_items (channel, opened_at DESC, id DESC);
CREATE INDEX error_items_by_clearing_date ON error_items (clearing_date, opened_at DESC, id DESC);
CREATE INDEX error_items_by_our_number ON error_items ((ours ->> 'number'));
CREATE INDEX error_items_by_their_number ON error_items ((theirs ->> 'number'));
CREATE INDEX error_items_by_channel_no ON error_items ((theirs ->> 'channel_no'));
CREATE INDEX error_items_due ON error_items (due_at)
    WHERE escalated_at IS NULL
      AND state NOT IN ('executed', 'verified', 'closed', 'auto_resolved');
CREATE INDEX error_items_asleep ON error_items (snoozed_until) WHERE state = 'snoozed';
CREATE INDEX error_items_in_suspense ON error_items (concluded_at)
    WHERE in_suspense AND state IN ('executed', 'verified');
