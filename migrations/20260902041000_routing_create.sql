-- Routing: when channels may be used, how well they are, and the rules that choose among them.
ALTER TABLE channels
    ADD COLUMN valid_from date,
    ADD COLUMN valid_until date,
    ADD CONSTRAINT channels_validity_in_order CHECK (valid_from <= valid_until);
COMMENT ON COLUMN channels.valid_until IS 'Last day it takes payments, 下线日';

CREATE TABLE channel_health (
    channel text PRIMARY KEY REFERENCES channels (code),
    state text NOT NULL DEFAULT 'good' CONSTRAINT channel_health_state_known
        CHECK (state IN ('good', 'withdrawn', 'taken_out')),
    since timestamptz,
    until timestamptz,
    failures integer NOT NULL DEFAULT 0,
    reason text,
    window_seconds bigint NOT NULL DEFAULT 300
        CONSTRAINT channel_health_window_positive CHECK (window_seconds > 0),
    answers_min integer NOT NULL DEFAULT 20
        CONSTRAINT channel_health_answers_positive CHECK (answers_min > 0),
    faults_ppm bigint NOT NULL DEFAULT 500000
        CONSTRAINT channel_health_faults_in_range CHECK (faults_ppm BETWEEN 1 AND 1000000),
    pause_seconds bigint NOT NULL DEFAULT 60
        CONSTRAINT channel_health_pause_positive CHECK (pause_seconds > 0),
    trial_ppm bigint NOT NULL DEFAULT 50000
        CONSTRAINT channel_health_trial_in_range CHECK (trial_ppm BETWEEN 1 AND 1000000),
    trial_answers integer NOT NULL DEFAULT 5
        CONSTRAINT channel_health_trial_answers_positive CHECK (trial_answers > 0),
    CONSTRAINT channel_health_trouble_has_reason CHECK ((state = 'good') = (reason IS NULL)),
    CONSTRAINT channel_health_withdrawn_has_times
        CHECK ((state = 'withdrawn') = (until IS NOT NULL) AND (state = 'good' OR since IS NOT NULL))
);
COMMENT ON TABLE channel_health IS
    'Health of channels, 渠道健康度: where each stands, and the policy by which it is withdrawn and tried';
COMMENT ON COLUMN channel_health.since IS 'When the state began; answers from before do not count';
INSERT INTO channel_health (channel) SELECT code FROM channels;

CREATE TABLE channel_answers (
    channel text NOT NULL,
    at timestamptz NOT NULL,
    id uuid NOT NULL,
    payment_id uuid NOT NULL,
    signal text NOT NULL CONSTRAINT channel_answers_signal_known
        CHECK (signal IN ('collected', 'declined', 'processing', 'silent', 'unreached')),
    PRIMARY KEY (channel, at, id)
);
COMMENT ON TABLE channel_answers IS 'What came of the latest requests to channels; kept for a day';

CREATE TABLE routing_versions (
    version bigint PRIMARY KEY CONSTRAINT routing_versions_positive CHECK (version > 0),
    rules jsonb NOT NULL,
    approval_id uuid REFERENCES approvals (id),
    made_at timestamptz NOT NULL
);
COMMENT ON TABLE routing_versions IS
    'Routing rules, 路由规则: each version whole, the highest counts, none is ever changed';
REVOKE UPDATE, DELETE ON routing_versions FROM countinghouse_app;
