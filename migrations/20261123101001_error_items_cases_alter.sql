-- Items opened by hand, items of one cause handled as one case, and steps that are taken back.
ALTER TABLE error_items
    ADD COLUMN opened_by uuid CONSTRAINT error_items_opened_by_exists REFERENCES staff (id),
    ADD COLUMN apart boolean NOT NULL DEFAULT false,
    -- Same leg, channel, direction, clearing date, cause and currency, and records of the same ten
    -- minutes: the time is stored as year, day of the year, hour and minute.
    ADD COLUMN case_key text GENERATED ALWAYS AS (CASE WHEN NOT apart THEN md5(
        leg || '|' || COALESCE(channel, '') || '|' || direction || '|'
        || (clearing_date - DATE '2000-01-01')::text || '|' || cause || '|' || currency || '|'
        || COALESCE(theirs -> 'event_time' ->> 0, ours -> 'event_time' ->> 0, '') || '|'
        || COALESCE(theirs -> 'event_time' ->> 1, ours -> 'event_time' ->> 1, '') || '|'
        || COALESCE(theirs -> 'event_time' ->> 2, ours -> 'event_time' ->> 2, '') || '|'
        || COALESCE((COALESCE(theirs -> 'event_time' ->> 3, ours -> 'event_time' ->> 3)::integer
                     / 10)::text, '')) END) STORED;
COMMENT ON COLUMN error_items.opened_by IS 'Who opened it by hand; none where the system found it';
COMMENT ON COLUMN error_items.apart IS 'Set apart from its case by a person';
COMMENT ON COLUMN error_items.case_key IS 'Items with the same key are one case, 同因归并';
CREATE INDEX error_items_open_cases ON error_items (case_key, opened_at DESC, id DESC)
    INCLUDE (state, difference_minor)
    WHERE case_key IS NOT NULL
      AND state NOT IN ('executed', 'verified', 'closed', 'auto_resolved');
CREATE INDEX error_items_resolved ON error_items (concluded_at DESC, id DESC)
    WHERE action IS NOT NULL AND approval_id IS NOT NULL;

ALTER TABLE error_item_events
    ADD COLUMN assignee_before uuid,
    ADD COLUMN snoozed_before timestamptz,
    ADD COLUMN undoes bigint CONSTRAINT error_item_events_undoes_exists
        REFERENCES error_item_events (id),
    ADD CONSTRAINT error_item_events_undone_once UNIQUE (undoes);
COMMENT ON COLUMN error_item_events.assignee_before IS 'Who had the item before this step';
COMMENT ON COLUMN error_item_events.undoes IS 'The step that this one takes back';
