-- Formats of bills set up by staff, by version; a version reads files once a second person agreed.
CREATE TABLE file_formats (
    id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT file_formats_code_plain CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
    version integer NOT NULL CONSTRAINT file_formats_version_positive CHECK (version > 0),
    name text NOT NULL,
    channel text NOT NULL REFERENCES channels (code),
    spec jsonb NOT NULL,
    made_by uuid NOT NULL REFERENCES staff (id),
    made_at timestamptz NOT NULL,
    approval_id uuid REFERENCES approvals (id),
    effective_at timestamptz,
    CONSTRAINT file_formats_version_once UNIQUE (code, version)
);
COMMENT ON TABLE file_formats IS 'Formats of bills set up by staff, 自定义文件格式; the latest effective version counts';
REVOKE DELETE, TRUNCATE ON file_formats FROM countinghouse_app;
