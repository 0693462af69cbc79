-- What channels tell by themselves: kept as it came, worked on later, each delivery once.
CREATE TABLE channel_secrets (
    channel text PRIMARY KEY REFERENCES channels (code),
    secret bytea NOT NULL CONSTRAINT channel_secrets_long_enough
        CHECK (length(secret) BETWEEN 24 AND 64),
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE channel_secrets IS 'The secrets channels sign their callbacks with';

CREATE TABLE channel_callbacks (
    id uuid PRIMARY KEY,
    channel text NOT NULL REFERENCES channels (code),
    delivery_id text NOT NULL CONSTRAINT channel_callbacks_delivery_form
        CHECK (delivery_id <> '' AND length(delivery_id) <= 128),
    signed_at timestamptz NOT NULL,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL,
    request_id text NOT NULL,
    handled_at timestamptz,
    outcome text,
    CONSTRAINT channel_callbacks_delivered_once UNIQUE (channel, delivery_id),
    CONSTRAINT channel_callbacks_handled_has_outcome
        CHECK ((handled_at IS NULL) = (outcome IS NULL))
);
COMMENT ON TABLE channel_callbacks IS 'Callbacks of channels, 异步通知, byte for byte';
CREATE INDEX channel_callbacks_recent ON channel_callbacks (received_at DESC, id DESC);
