-- Work on many error items at once: a frozen selection, a dry run, a result per row.
CREATE TABLE error_item_bulks (
    id uuid PRIMARY KEY,
    maker_id uuid NOT NULL REFERENCES staff (id),
    made_at timestamptz NOT NULL,
    command jsonb NOT NULL,
    selection jsonb NOT NULL,
    phase text NOT NULL CONSTRAINT error_item_bulks_phase_known CHECK (phase IN
        ('checking', 'checked', 'running', 'proposed', 'executing', 'returning', 'done',
         'cancelled')),
    total bigint NOT NULL,
    approval_id uuid REFERENCES approvals (id),
    conclusion text NOT NULL DEFAULT '',
    finished_at timestamptz,
    CONSTRAINT error_item_bulks_finished_has_time
        CHECK ((phase IN ('done', 'cancelled')) = (finished_at IS NOT NULL))
);
COMMENT ON TABLE error_item_bulks IS 'Work on many error items at once, 差错批量处理';
CREATE INDEX error_item_bulks_recent ON error_item_bulks (made_at DESC, id DESC);

CREATE TABLE error_item_bulk_rows (
    bulk_id uuid NOT NULL REFERENCES error_item_bulks (id),
    position bigint NOT NULL,
    item_id uuid NOT NULL REFERENCES error_items (id),
    version bigint NOT NULL,
    state text NOT NULL DEFAULT 'frozen' CONSTRAINT error_item_bulk_rows_state_known
        CHECK (state IN ('frozen', 'ready', 'proposed', 'done', 'skipped')),
    note text NOT NULL DEFAULT '',
    command jsonb,
    content_hash text,
    entries jsonb,
    level text,
    minor bigint,
    currency text,
    PRIMARY KEY (bulk_id, position),
    CONSTRAINT error_item_bulk_rows_once UNIQUE (bulk_id, item_id)
);
COMMENT ON TABLE error_item_bulk_rows IS 'The frozen selection of a bulk, with the result of each row';
COMMENT ON COLUMN error_item_bulk_rows.version IS 'The version that was selected; a changed item is skipped';
COMMENT ON COLUMN error_item_bulk_rows.content_hash IS 'SHA-256 of what would be decided about the row';
CREATE INDEX error_item_bulk_rows_by_state ON error_item_bulk_rows (bulk_id, state, position);
