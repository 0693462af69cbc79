-- Payouts handed to a bank as signed files: how an account pays out, the files, and their numbers.
ALTER TABLE reserve_accounts
    ADD COLUMN payout_way text NOT NULL DEFAULT 'api'
        CONSTRAINT reserve_accounts_payout_way_known CHECK (payout_way IN ('api', 'file')),
    ADD COLUMN holder text,
    ADD CONSTRAINT reserve_accounts_file_names_holder
        CHECK (payout_way = 'api' OR (holder IS NOT NULL AND holder <> ''));
COMMENT ON COLUMN reserve_accounts.payout_way IS
    'How its bank is told to pay, 出款方式: asked directly, or by a file; changed by two people';
COMMENT ON COLUMN reserve_accounts.holder IS 'Who holds it, as the bank knows them, 户名';

ALTER TABLE payout_batches
    ADD COLUMN way text NOT NULL DEFAULT 'api'
        CONSTRAINT payout_batches_way_known CHECK (way IN ('api', 'file'));
COMMENT ON COLUMN payout_batches.way IS 'How it goes out, as it was approved';

CREATE TABLE payout_file_numbers (
    front text NOT NULL REFERENCES channels (code),
    day date NOT NULL,
    last integer NOT NULL,
    CONSTRAINT payout_file_numbers_pkey PRIMARY KEY (front, day)
);
COMMENT ON TABLE payout_file_numbers IS
    'Last number given to a file for a bank on a day; given with the file, so that none is missing';

CREATE TABLE payout_files (
    id uuid PRIMARY KEY,
    number text NOT NULL CONSTRAINT payout_files_number_taken UNIQUE,
    front text NOT NULL REFERENCES channels (code),
    day date NOT NULL,
    sequence integer NOT NULL CONSTRAINT payout_files_sequence_from_one CHECK (sequence >= 1),
    batch_id uuid NOT NULL REFERENCES payout_batches (id),
    count integer NOT NULL CONSTRAINT payout_files_holds_something CHECK (count > 0),
    total_minor bigint NOT NULL,
    currency text NOT NULL,
    name text NOT NULL,
    content bytea NOT NULL,
    sha256 text NOT NULL CONSTRAINT payout_files_hash_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    signature text NOT NULL,
    public_key text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT payout_files_numbered_once UNIQUE (front, day, sequence)
);
COMMENT ON TABLE payout_files IS 'Payout files, 付款文件 (pain.001): written once, never changed';
CREATE INDEX payout_files_recent ON payout_files (created_at DESC, id DESC);
CREATE INDEX payout_files_by_batch ON payout_files (batch_id);
REVOKE UPDATE, DELETE, TRUNCATE ON payout_files FROM countinghouse_app;

CREATE TABLE payout_file_items (
    payout_id uuid CONSTRAINT payout_file_items_one_file_each PRIMARY KEY REFERENCES payouts (id),
    file_id uuid NOT NULL REFERENCES payout_files (id),
    position integer NOT NULL,
    CONSTRAINT payout_file_items_position_once UNIQUE (file_id, position)
);
COMMENT ON TABLE payout_file_items IS 'Which file a payout is in; never in two';
REVOKE UPDATE, DELETE, TRUNCATE ON payout_file_items FROM countinghouse_app;

CREATE TABLE payout_file_handouts (
    id bigserial PRIMARY KEY,
    file_id uuid NOT NULL REFERENCES payout_files (id),
    staff_id uuid NOT NULL REFERENCES staff (id),
    at timestamptz NOT NULL
);
COMMENT ON TABLE payout_file_handouts IS 'Who took a payout file to the bank, and when';
CREATE INDEX payout_file_handouts_by_file ON payout_file_handouts (file_id, id);
REVOKE UPDATE, DELETE, TRUNCATE ON payout_file_handouts FROM countinghouse_app;

CREATE TABLE payout_file_answers (
    id bigserial PRIMARY KEY,
    file_id uuid NOT NULL REFERENCES payout_files (id),
    status text NOT NULL,
    reason text,
    at timestamptz NOT NULL
);
COMMENT ON TABLE payout_file_answers IS 'What status reports (pain.002) said of a whole file';
CREATE INDEX payout_file_answers_by_file ON payout_file_answers (file_id, id);
REVOKE UPDATE, DELETE, TRUNCATE ON payout_file_answers FROM countinghouse_app;

ALTER TABLE file_entries DROP CONSTRAINT file_entries_effect_known;
ALTER TABLE file_entries ADD CONSTRAINT file_entries_effect_known CHECK (effect IN
    ('payout_accepted', 'payout_rejected', 'payout_pending', 'payout_known', 'contradicts',
     'announces', 'announces_return', 'error_item', 'unknown_number'));
