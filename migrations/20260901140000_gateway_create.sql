-- The merchant API remembers what it answered, so that a repeated request is answered the same.
CREATE TABLE api_requests (
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    route text NOT NULL,
    idempotency_key text NOT NULL CONSTRAINT api_requests_key_form
        CHECK (idempotency_key <> '' AND length(idempotency_key) <= 128),
    request_hash text NOT NULL,
    status integer,
    body jsonb,
    subject_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, route, idempotency_key),
    CONSTRAINT api_requests_answer_is_whole CHECK ((status IS NULL) = (body IS NULL))
);
COMMENT ON TABLE api_requests IS 'Idempotency keys with the hash of their request and the answer given';
COMMENT ON COLUMN api_requests.subject_id IS 'The order or refund the request made, should its answer get lost';
