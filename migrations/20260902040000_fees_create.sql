-- Fee schedules: per product and kind of card, in tiers of the month's volume; merchants and
-- channels apart.
ALTER TABLE merchant_fees
    ADD COLUMN card_type text NOT NULL DEFAULT 'any' CONSTRAINT merchant_fees_card_type_known
        CHECK (card_type IN ('any', 'debit', 'credit')),
    ADD COLUMN measure text NOT NULL DEFAULT 'amount' CONSTRAINT merchant_fees_measure_known
        CHECK (measure IN ('amount', 'trades')),
    ADD COLUMN tier_from bigint NOT NULL DEFAULT 0 CONSTRAINT merchant_fees_tier_not_negative
        CHECK (tier_from >= 0),
    DROP CONSTRAINT merchant_fees_pkey,
    ADD PRIMARY KEY (merchant_id, product, card_type, valid_from, tier_from);
COMMENT ON COLUMN merchant_fees.tier_from IS
    'How much of the month came before: fen or trades, as measure says; one schedule is all rows of a valid_from';

CREATE TABLE channel_costs (
    channel text NOT NULL REFERENCES channels (code),
    product text NOT NULL CONSTRAINT channel_costs_product_known
        CHECK (product IN ('quick_pay', 'wechat_pay', 'bank_transfer')),
    card_type text NOT NULL CONSTRAINT channel_costs_card_type_known
        CHECK (card_type IN ('any', 'debit', 'credit')),
    valid_from date NOT NULL,
    tier_from bigint NOT NULL CONSTRAINT channel_costs_tier_not_negative CHECK (tier_from >= 0),
    measure text NOT NULL CONSTRAINT channel_costs_measure_known
        CHECK (measure IN ('amount', 'trades')),
    rate_ppm bigint NOT NULL CONSTRAINT channel_costs_rate_in_range
        CHECK (rate_ppm BETWEEN 0 AND 1000000),
    fixed_minor bigint NOT NULL CONSTRAINT channel_costs_fixed_not_negative
        CHECK (fixed_minor >= 0),
    min_minor bigint NOT NULL CONSTRAINT channel_costs_min_not_negative CHECK (min_minor >= 0),
    max_minor bigint,
    PRIMARY KEY (channel, product, card_type, valid_from, tier_from),
    CONSTRAINT channel_costs_max_not_below_min CHECK (max_minor >= min_minor)
);
COMMENT ON TABLE channel_costs IS
    'What channels charge us, 渠道成本: where none counts, the cost of the channel itself does';

CREATE TABLE fee_counted (
    owner text NOT NULL,
    product text NOT NULL,
    PRIMARY KEY (owner, product)
);
COMMENT ON TABLE fee_counted IS
    'Merchants (by id) and channels (by code) whose schedule has tiers, so that their trades are counted';

CREATE TABLE fee_volumes (
    owner text NOT NULL,
    product text NOT NULL,
    month date NOT NULL CONSTRAINT fee_volumes_month_is_a_first
        CHECK (month = date_trunc('month', month::timestamp)::date),
    stripe smallint NOT NULL,
    trades bigint NOT NULL,
    minor bigint NOT NULL,
    PRIMARY KEY (owner, product, month, stripe)
);
COMMENT ON TABLE fee_volumes IS
    'Volume of a month, spread over stripes so that concurrent payments do not wait for one row';
