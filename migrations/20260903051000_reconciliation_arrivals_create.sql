-- Files as they come in: kept byte for byte in pieces, looked at, and imported when somebody or
-- something that may decides so. Nothing of them is part of a reconciliation before that.
CREATE TABLE file_arrivals (
    id uuid PRIMARY KEY,
    way text NOT NULL CONSTRAINT file_arrivals_way_known
        CHECK (way IN ('upload', 'folder', 'fetch', 'command')),
    state text NOT NULL CONSTRAINT file_arrivals_state_known
        CHECK (state IN ('arriving', 'reading', 'waiting', 'unreadable', 'importing', 'imported',
                         'dropped')),
    name text NOT NULL,
    kind text NOT NULL,
    channel text REFERENCES channels (code),
    merchant_id uuid REFERENCES merchants (id),
    given_day date,
    member text,
    format_code text,
    no_trades boolean NOT NULL DEFAULT false,
    length bigint NOT NULL DEFAULT 0,
    sha256 text,
    preview jsonb,
    read_bytes bigint NOT NULL DEFAULT 0,
    obstacle text,
    received_by text NOT NULL,
    received_by_id uuid REFERENCES staff (id),
    received_at timestamptz NOT NULL,
    decided_by text,
    decided_by_id uuid REFERENCES staff (id),
    decided_at timestamptz,
    file_id uuid REFERENCES source_files (id),
    CONSTRAINT file_arrivals_imported_is_a_file CHECK ((state = 'imported') = (file_id IS NOT NULL))
);
COMMENT ON TABLE file_arrivals IS 'Files as they come in, 收件; each becomes a source file, is dropped, or cannot be read';
COMMENT ON COLUMN file_arrivals.no_trades IS 'A file without a record stands for a day without trades: somebody confirmed it';
CREATE INDEX file_arrivals_recent ON file_arrivals (received_at DESC, id DESC);
CREATE INDEX file_arrivals_open ON file_arrivals (state, received_at DESC)
    WHERE state IN ('arriving', 'reading', 'waiting', 'unreadable', 'importing');

CREATE TABLE file_pieces (
    arrival_id uuid NOT NULL REFERENCES file_arrivals (id),
    place integer NOT NULL CONSTRAINT file_pieces_place_from_one CHECK (place > 0),
    bytes bytea NOT NULL,
    PRIMARY KEY (arrival_id, place)
);
COMMENT ON TABLE file_pieces IS 'The bytes of a file that came in, a mebibyte each';
ALTER TABLE file_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

ALTER TABLE source_files ALTER COLUMN bytes DROP NOT NULL;
ALTER TABLE source_files ADD COLUMN length bigint;
UPDATE source_files SET length = length(bytes);
ALTER TABLE source_files ALTER COLUMN length SET NOT NULL;
ALTER TABLE source_files ADD COLUMN arrival_id uuid REFERENCES file_arrivals (id)
    CONSTRAINT source_files_arrived_once UNIQUE;
ALTER TABLE source_files ADD CONSTRAINT source_files_has_its_bytes
    CHECK ((bytes IS NULL) = (arrival_id IS NOT NULL));
COMMENT ON COLUMN source_files.bytes IS 'Of files imported before arrivals were kept; else the pieces of the arrival';

-- Every day without trades may have the same bytes: none.
ALTER TABLE source_files DROP CONSTRAINT source_files_imported_once;
CREATE UNIQUE INDEX source_files_imported_once ON source_files (sha256) WHERE length > 0;

REVOKE UPDATE ON file_pieces FROM countinghouse_app;
REVOKE TRUNCATE ON file_pieces, file_arrivals FROM countinghouse_app;
REVOKE DELETE ON file_arrivals FROM countinghouse_app;
