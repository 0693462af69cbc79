-- Staff, their roles and their sessions.
CREATE TABLE staff (
    id uuid PRIMARY KEY,
    login text NOT NULL CONSTRAINT staff_login_taken UNIQUE,
    name text NOT NULL,
    password_hash text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    failed_sign_ins integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE staff IS 'People who work with the back office';

CREATE TABLE staff_roles (
    staff_id uuid NOT NULL REFERENCES staff (id),
    role text NOT NULL CHECK (role IN
        ('operations', 'finance_maker', 'finance_checker', 'manager', 'admin', 'auditor')),
    PRIMARY KEY (staff_id, role)
);
COMMENT ON TABLE staff_roles IS 'Roles of each person, read anew on every request';

CREATE TABLE staff_sessions (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    staff_id uuid NOT NULL REFERENCES staff (id),
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    revoked_at timestamptz
);
COMMENT ON TABLE staff_sessions IS 'Signed-in sessions; only a hash of the cookie is kept';
CREATE INDEX staff_sessions_by_staff ON staff_sessions (staff_id);
