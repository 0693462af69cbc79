-- Holds, 冻结: part of a merchant's available balance set apart (journal entry 7), placed and
-- released under four eyes.

CREATE TABLE hold_numbers (
    day date CONSTRAINT hold_numbers_pkey PRIMARY KEY,
    last integer NOT NULL CONSTRAINT hold_numbers_from_one CHECK (last >= 1)
);
COMMENT ON TABLE hold_numbers IS 'The last number of a hold given out on each day.';

CREATE TABLE holds (
    id uuid CONSTRAINT holds_pkey PRIMARY KEY,
    number text NOT NULL CONSTRAINT holds_number_once UNIQUE,
    merchant_id uuid NOT NULL CONSTRAINT holds_merchant_exists REFERENCES merchants (id),
    kind text NOT NULL CONSTRAINT holds_kind_known
        CHECK (kind IN ('guarantee', 'judicial', 'risk', 'dispute')),
    amount_minor bigint NOT NULL CONSTRAINT holds_amount_positive CHECK (amount_minor > 0),
    currency text NOT NULL CONSTRAINT holds_currency_form CHECK (currency ~ '^[A-Z]{3}$'),
    reason text NOT NULL CONSTRAINT holds_reason_not_blank CHECK (btrim(reason) <> ''),
    state text NOT NULL CONSTRAINT holds_state_known
        CHECK (state IN ('proposed', 'held', 'releasing', 'released', 'refused')),
    maker_id uuid NOT NULL CONSTRAINT holds_maker_exists REFERENCES staff (id),
    made_at timestamptz NOT NULL,
    approval_id uuid NOT NULL CONSTRAINT holds_approval_exists REFERENCES approvals (id)
        CONSTRAINT holds_approval_once UNIQUE,
    held_at timestamptz,
    refusal text NOT NULL DEFAULT '',
    release_reason text,
    release_maker_id uuid CONSTRAINT holds_release_maker_exists REFERENCES staff (id),
    release_made_at timestamptz,
    release_approval_id uuid CONSTRAINT holds_release_approval_exists REFERENCES approvals (id)
        CONSTRAINT holds_release_approval_once UNIQUE,
    released_at timestamptz,
    CONSTRAINT holds_placed_have_time
        CHECK ((state IN ('held', 'releasing', 'released')) = (held_at IS NOT NULL)),
    CONSTRAINT holds_released_have_time
        CHECK ((state = 'released') = (released_at IS NOT NULL)),
    CONSTRAINT holds_release_is_whole CHECK (
        (release_reason IS NULL) = (release_maker_id IS NULL)
        AND (release_reason IS NULL) = (release_made_at IS NULL)
        AND (release_reason IS NULL) = (release_approval_id IS NULL)),
    CONSTRAINT holds_releasing_was_asked
        CHECK (state NOT IN ('releasing', 'released') OR release_approval_id IS NOT NULL)
);
COMMENT ON TABLE holds IS 'Holds, 冻结: what was asked for never changes; the rest says where it stands. The money itself stands on 2241.04 of the merchant.';
COMMENT ON COLUMN holds.refusal IS 'Why it was not placed, or why the last release was not done.';
COMMENT ON COLUMN holds.release_reason IS 'Of the last release that was asked for.';
CREATE INDEX holds_by_time ON holds (made_at DESC, id DESC);
CREATE INDEX holds_by_merchant ON holds (merchant_id, made_at DESC);

REVOKE ALL ON holds, hold_numbers FROM countinghouse_app;
GRANT SELECT, INSERT ON holds, hold_numbers TO countinghouse_app;
GRANT UPDATE (last) ON hold_numbers TO countinghouse_app;
GRANT UPDATE (state, held_at, refusal, release_reason, release_maker_id, release_made_at,
              release_approval_id, released_at) ON holds TO countinghouse_app;
