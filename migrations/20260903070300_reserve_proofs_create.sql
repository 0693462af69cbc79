-- The evenings' proofs as two people signed them.
CREATE TABLE reserve_proofs (
    day date NOT NULL,
    version integer NOT NULL CONSTRAINT reserve_proofs_version_from_one CHECK (version >= 1),
    content jsonb NOT NULL,
    hash text NOT NULL CONSTRAINT reserve_proofs_hash_sha256 CHECK (hash ~ '^[0-9a-f]{64}$'),
    maker_id uuid NOT NULL CONSTRAINT reserve_proofs_maker_exists REFERENCES staff (id),
    checker_id uuid NOT NULL CONSTRAINT reserve_proofs_checker_exists REFERENCES staff (id),
    approval_id uuid NOT NULL CONSTRAINT reserve_proofs_one_per_approval UNIQUE
        CONSTRAINT reserve_proofs_approval_exists REFERENCES approvals (id),
    signed_at timestamptz NOT NULL,
    CONSTRAINT reserve_proofs_pkey PRIMARY KEY (day, version),
    CONSTRAINT reserve_proofs_two_people CHECK (maker_id <> checker_id)
);
COMMENT ON TABLE reserve_proofs IS 'Signed proofs of the reserve, 备付金核对签批: written once, never changed';
REVOKE UPDATE, DELETE, TRUNCATE ON reserve_proofs FROM countinghouse_app;
