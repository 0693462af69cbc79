-- Channels and the routes over which a product may go.
CREATE TABLE channels (
    code text PRIMARY KEY,
    name_en text NOT NULL,
    name_zh text NOT NULL,
    rail text NOT NULL CONSTRAINT channels_rail_known
        CHECK (rail IN ('unionpay', 'nucc', 'pboc', 'bank')),
    active boolean NOT NULL,
    our_merchant_no text NOT NULL,
    cut_time time NOT NULL,
    bill_format text NOT NULL CONSTRAINT channels_bill_format_known
        CHECK (bill_format IN ('unionpay_zm', 'wechat_trade', 'camt053')),
    cost_fixed_minor bigint NOT NULL CONSTRAINT channels_cost_fixed_not_negative
        CHECK (cost_fixed_minor >= 0),
    cost_ppm bigint NOT NULL CONSTRAINT channels_cost_rate_in_range
        CHECK (cost_ppm BETWEEN 0 AND 1000000)
);
COMMENT ON TABLE channels IS 'Channels, 渠道; rail is the clearing institution behind it';
COMMENT ON COLUMN channels.cut_time IS 'When the channel begins its next clearing date, business zone: a prediction only, the bill decides';

CREATE TABLE channel_routes (
    channel text NOT NULL REFERENCES channels (code),
    product text NOT NULL CONSTRAINT channel_routes_product_known
        CHECK (product IN ('quick_pay', 'wechat_pay', 'bank_transfer')),
    method text NOT NULL,
    priority integer NOT NULL,
    min_minor bigint NOT NULL CONSTRAINT channel_routes_min_positive CHECK (min_minor > 0),
    max_minor bigint NOT NULL,
    PRIMARY KEY (channel, product, method),
    CONSTRAINT channel_routes_max_not_below_min CHECK (max_minor >= min_minor)
);
COMMENT ON TABLE channel_routes IS 'Routes, 支付路由: the smallest priority number is tried first';
