-- Workbooks that colleagues edited and brought back: what each row changes, or why it is refused.
CREATE TABLE error_item_sheets (
    id uuid PRIMARY KEY,
    maker_id uuid NOT NULL REFERENCES staff (id),
    at timestamptz NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    unchanged bigint NOT NULL CONSTRAINT error_item_sheets_unchanged_counts CHECK (unchanged >= 0),
    bulk_id uuid CONSTRAINT error_item_sheets_bulk_exists REFERENCES error_item_bulks (id)
);
COMMENT ON TABLE error_item_sheets IS 'Edited workbooks of error items, 差错表格回传';
CREATE INDEX error_item_sheets_recent ON error_item_sheets (at DESC, id DESC);
REVOKE DELETE, TRUNCATE ON error_item_sheets FROM countinghouse_app;

CREATE TABLE error_item_sheet_rows (
    sheet_id uuid NOT NULL REFERENCES error_item_sheets (id),
    line bigint NOT NULL,
    number text NOT NULL,
    item_id uuid REFERENCES error_items (id),
    version bigint,
    edit jsonb,
    field text,
    reason text,
    PRIMARY KEY (sheet_id, line),
    CONSTRAINT error_item_sheet_rows_edited_or_refused CHECK ((edit IS NULL) <> (reason IS NULL)),
    CONSTRAINT error_item_sheet_rows_refused_has_field CHECK ((field IS NULL) = (reason IS NULL)),
    CONSTRAINT error_item_sheet_rows_edited_is_whole
        CHECK (edit IS NULL OR (item_id IS NOT NULL AND version IS NOT NULL))
);
COMMENT ON TABLE error_item_sheet_rows IS 'Rows of an edited workbook that change something or are refused';
REVOKE UPDATE, DELETE, TRUNCATE ON error_item_sheet_rows FROM countinghouse_app;
