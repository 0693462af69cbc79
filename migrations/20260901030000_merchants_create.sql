-- Merchants: who they are, what they may sell through us, what it costs them, how it is split.
CREATE TABLE merchants (
    id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT merchants_code_taken UNIQUE
        CONSTRAINT merchants_code_form CHECK (code ~ '^[A-Z][0-9]{6}$'),
    name text NOT NULL CONSTRAINT merchants_name_not_blank CHECK (btrim(name) <> ''),
    kind text NOT NULL CONSTRAINT merchants_kind_known
        CHECK (kind IN ('direct', 'platform', 'supplier', 'logistics')),
    platform_id uuid CONSTRAINT merchants_platform_exists REFERENCES merchants (id),
    status text NOT NULL CONSTRAINT merchants_status_known
        CHECK (status IN ('active', 'suspended', 'closed')),
    settlement_cycle_days integer NOT NULL CONSTRAINT merchants_settlement_cycle_in_range
        CHECK (settlement_cycle_days BETWEEN 0 AND 30),
    settlement_account_no text NOT NULL,
    settlement_account_name text NOT NULL,
    settlement_bank text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT merchants_only_sub_merchants_have_a_platform
        CHECK ((kind IN ('supplier', 'logistics')) = (platform_id IS NOT NULL))
);
COMMENT ON TABLE merchants IS 'Merchants, 商户; a platform and each of its suppliers are onboarded one by one';
COMMENT ON COLUMN merchants.settlement_cycle_days IS 'N of T+N, in business days';
CREATE INDEX merchants_by_platform ON merchants (platform_id) WHERE platform_id IS NOT NULL;

CREATE TABLE merchant_products (
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    product text NOT NULL CONSTRAINT merchant_products_product_known
        CHECK (product IN ('quick_pay', 'wechat_pay', 'bank_transfer')),
    enabled boolean NOT NULL,
    PRIMARY KEY (merchant_id, product)
);
COMMENT ON TABLE merchant_products IS 'Products opened for a merchant, 产品开通';

CREATE TABLE merchant_fees (
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    product text NOT NULL CONSTRAINT merchant_fees_product_known
        CHECK (product IN ('quick_pay', 'wechat_pay', 'bank_transfer')),
    rate_ppm bigint NOT NULL CONSTRAINT merchant_fees_rate_in_range
        CHECK (rate_ppm BETWEEN 0 AND 1000000),
    fixed_minor bigint NOT NULL CONSTRAINT merchant_fees_fixed_not_negative
        CHECK (fixed_minor >= 0),
    min_minor bigint NOT NULL CONSTRAINT merchant_fees_min_not_negative CHECK (min_minor >= 0),
    max_minor bigint,
    valid_from date NOT NULL,
    PRIMARY KEY (merchant_id, product, valid_from),
    CONSTRAINT merchant_fees_max_not_below_min CHECK (max_minor >= min_minor)
);
COMMENT ON TABLE merchant_fees IS 'Fee terms, 费率: the row with the latest valid_from not after the day counts';

CREATE TABLE split_rules (
    id uuid PRIMARY KEY,
    platform_id uuid NOT NULL REFERENCES merchants (id),
    payee_id uuid NOT NULL REFERENCES merchants (id),
    label text NOT NULL CONSTRAINT split_rules_label_known
        CHECK (label IN ('commission', 'logistics')),
    fixed_minor bigint CONSTRAINT split_rules_fixed_positive CHECK (fixed_minor > 0),
    ratio_ppm bigint CONSTRAINT split_rules_ratio_in_range
        CHECK (ratio_ppm BETWEEN 1 AND 1000000),
    mode text NOT NULL CONSTRAINT split_rules_mode_known
        CHECK (mode IN ('at_source', 'gross_then_charge')),
    valid_from date NOT NULL,
    CONSTRAINT split_rules_either_fixed_or_ratio
        CHECK ((fixed_minor IS NULL) <> (ratio_ppm IS NULL)),
    CONSTRAINT split_rules_one_per_label UNIQUE (platform_id, payee_id, label, valid_from)
);
COMMENT ON TABLE split_rules IS 'Split rules, 分账规则: agreed beforehand, versioned by date; the seller gets the rest';

CREATE TABLE merchant_api_keys (
    key_id text PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    secret_hash bytea NOT NULL,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE merchant_api_keys IS 'Keys of business systems; of the secret only a hash is kept';
CREATE INDEX merchant_api_keys_by_merchant ON merchant_api_keys (merchant_id);
