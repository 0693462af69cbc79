-- What a conversion rate counts is data: named steps in order, and what is counted.
CREATE TABLE funnel_definitions (
    code text PRIMARY KEY,
    position integer NOT NULL UNIQUE,
    name_en text NOT NULL,
    name_zh text NOT NULL,
    unit text NOT NULL CHECK (unit IN ('visitor', 'order')),
    product text,
    steps text[] NOT NULL CHECK (cardinality(steps) >= 2)
);
COMMENT ON TABLE funnel_definitions IS 'Conversion definitions (转化率口径)';
INSERT INTO funnel_definitions (code, position, name_en, name_zh, unit, product, steps) VALUES
    ('page', 1, 'Page funnel: order confirmation to success', '页面漏斗：订单确认页到支付成功',
     'visitor', NULL, '{order_confirm_page,cashier_page,confirm_pay,paid}'),
    ('quick_pay', 2, 'Quick pay funnel: order request to success', '快捷漏斗：下单请求到支付成功',
     'order', 'quick_pay', '{order_requested,order_created,sms_code,pay_confirmed,paid}');
