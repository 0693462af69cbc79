-- Who did what, when, to which object, with what effect. Append-only for the application.
CREATE TABLE audit_records (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    staff_id uuid REFERENCES staff (id),
    actor text NOT NULL,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    before jsonb,
    after jsonb,
    request_id text
);
COMMENT ON TABLE audit_records IS 'One record for every command, in the same transaction';
COMMENT ON COLUMN audit_records.actor IS 'Name of the person, or of the system part that acted';
CREATE INDEX audit_records_by_subject ON audit_records (subject_kind, subject_id, id);
CREATE INDEX audit_records_by_staff ON audit_records (staff_id, id);
REVOKE UPDATE, DELETE, TRUNCATE ON audit_records FROM countinghouse_app;
