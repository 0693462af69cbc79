-- What merchants' systems are told, each message with every try to deliver it.
CREATE TABLE notification_endpoints (
    merchant_id uuid PRIMARY KEY REFERENCES merchants (id),
    url text NOT NULL CONSTRAINT notification_endpoints_url_form
        CHECK (url ~ '^https?://' AND length(url) <= 500),
    secret bytea NOT NULL CONSTRAINT notification_endpoints_secret_long_enough
        CHECK (length(secret) BETWEEN 24 AND 64),
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    failing_since timestamptz,
    rests_until timestamptz,
    disabled_at timestamptz,
    disabled_because text,
    CONSTRAINT notification_endpoints_disabled_has_reason
        CHECK ((disabled_at IS NULL) = (disabled_because IS NULL))
);
COMMENT ON TABLE notification_endpoints IS 'Where merchants are notified, 通知地址';
COMMENT ON COLUMN notification_endpoints.failing_since IS 'Since when nothing was delivered; none after a success';
COMMENT ON COLUMN notification_endpoints.rests_until IS 'Not tried before, so that one that is down holds no workers';

CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    event text NOT NULL CONSTRAINT notifications_event_known CHECK (event IN
        ('payment.succeeded', 'payment.failed', 'refund.succeeded', 'refund.failed')),
    order_id uuid NOT NULL REFERENCES orders (id),
    subject_id uuid NOT NULL,
    body text NOT NULL,
    state text NOT NULL CONSTRAINT notifications_state_known
        CHECK (state IN ('pending', 'delivered', 'held', 'given_up')),
    attempts integer NOT NULL DEFAULT 0 CONSTRAINT notifications_attempts_not_negative
        CHECK (attempts >= 0),
    next_attempt_at timestamptz,
    delivered_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT notifications_delivered_has_time
        CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
    CONSTRAINT notifications_told_once UNIQUE (subject_id, event)
);
COMMENT ON TABLE notifications IS 'Notifications of merchants, 商户通知; the id is the same for every try';
COMMENT ON COLUMN notifications.body IS 'The JSON that is signed and sent, byte for byte';
CREATE INDEX notifications_recent ON notifications (created_at DESC, id DESC);
CREATE INDEX notifications_by_order ON notifications (order_id);
CREATE INDEX notifications_by_merchant ON notifications (merchant_id, created_at DESC, id DESC);
CREATE INDEX notifications_not_delivered ON notifications (created_at DESC, id DESC)
    WHERE state <> 'delivered';

CREATE TABLE notification_attempts (
    notification_id uuid NOT NULL REFERENCES notifications (id),
    number integer NOT NULL CONSTRAINT notification_attempts_number_positive CHECK (number > 0),
    url text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    status integer,
    failure text,
    excerpt text NOT NULL,
    sent_by text NOT NULL,
    PRIMARY KEY (notification_id, number),
    CONSTRAINT notification_attempts_without_answer_failed
        CHECK (status IS NOT NULL OR failure IS NOT NULL)
);
COMMENT ON TABLE notification_attempts IS 'Every try to deliver a notification';
REVOKE UPDATE, DELETE, TRUNCATE ON notification_attempts FROM countinghouse_app;
