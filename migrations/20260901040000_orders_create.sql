-- The business system: orders, their way through the systems, and what visitors did.
CREATE TABLE order_files (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL CONSTRAINT order_files_imported_once UNIQUE,
    bytes bytea NOT NULL,
    encoding text NOT NULL,
    rows bigint NOT NULL,
    paid_count bigint NOT NULL,
    paid_minor bigint NOT NULL,
    imported_by uuid REFERENCES staff (id),
    imported_at timestamptz NOT NULL,
    booked_at timestamptz
);
COMMENT ON TABLE order_files IS 'Order books brought in by file, kept byte for byte';
COMMENT ON COLUMN order_files.booked_at IS 'When the last of its paid orders was booked';

CREATE TABLE orders (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    seller_id uuid REFERENCES merchants (id),
    merchant_order_no text NOT NULL CONSTRAINT orders_number_form
        CHECK (merchant_order_no <> '' AND length(merchant_order_no) <= 64),
    product text NOT NULL CONSTRAINT orders_product_known
        CHECK (product IN ('quick_pay', 'wechat_pay', 'bank_transfer')),
    amount_minor bigint NOT NULL CONSTRAINT orders_amount_positive CHECK (amount_minor > 0),
    currency text NOT NULL,
    subject text NOT NULL,
    state text NOT NULL CONSTRAINT orders_state_known
        CHECK (state IN ('created', 'paying', 'paid', 'failed', 'closed', 'refunded')),
    failure text,
    source text NOT NULL CONSTRAINT orders_source_known CHECK (source IN ('api', 'import')),
    file_id uuid REFERENCES order_files (id),
    file_line bigint,
    import_row jsonb,
    business_date date NOT NULL,
    created_at timestamptz NOT NULL,
    paid_at timestamptz,
    CONSTRAINT orders_number_taken UNIQUE (merchant_id, merchant_order_no),
    CONSTRAINT orders_paid_has_time CHECK ((state IN ('paid', 'refunded')) = (paid_at IS NOT NULL)),
    CONSTRAINT orders_failed_has_reason CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT orders_import_has_file CHECK ((source = 'import') = (file_id IS NOT NULL))
);
COMMENT ON TABLE orders IS 'Business orders, 业务订单, one row per order of a merchant';
COMMENT ON COLUMN orders.seller_id IS 'For orders of a platform: the sub-merchant who sells';
COMMENT ON COLUMN orders.business_date IS 'Day of the order in the business zone';
COMMENT ON COLUMN orders.import_row IS 'Channel, channel number and clearing date as the order file gave them';
CREATE INDEX orders_recent ON orders (created_at DESC, id DESC);
CREATE INDEX orders_by_business_date ON orders (business_date, merchant_id);
CREATE INDEX orders_by_number ON orders (merchant_order_no);
CREATE INDEX orders_by_file ON orders (file_id, file_line) WHERE file_id IS NOT NULL;

CREATE TABLE order_hops (
    id bigserial PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    system text NOT NULL,
    step text NOT NULL,
    outcome text NOT NULL CONSTRAINT order_hops_outcome_known
        CHECK (outcome IN ('ok', 'refused', 'failed', 'unknown')),
    detail text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    request_id text NOT NULL
);
COMMENT ON TABLE order_hops IS 'Every step of an order through the systems, with time and result';
CREATE INDEX order_hops_by_order ON order_hops (order_id, id);

CREATE TABLE order_events (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    order_id uuid REFERENCES orders (id),
    visitor text NOT NULL CONSTRAINT order_events_visitor_not_blank CHECK (visitor <> ''),
    step text NOT NULL CONSTRAINT order_events_step_known CHECK (step IN
        ('order_confirm_page', 'cashier_page', 'confirm_pay', 'order_requested', 'order_created',
         'sms_code', 'pay_confirmed', 'paid')),
    product text CONSTRAINT order_events_product_known
        CHECK (product IN ('quick_pay', 'wechat_pay', 'bank_transfer')),
    at timestamptz NOT NULL
);
COMMENT ON TABLE order_events IS 'Page and order events for the payment funnel';
CREATE INDEX order_events_by_time ON order_events (at, step);
CREATE INDEX order_events_by_visitor ON order_events (merchant_id, visitor, at);
