-- Clearing houses are data that two people change.
CREATE TABLE clearing_houses (
    code text CONSTRAINT clearing_houses_pkey PRIMARY KEY
        CONSTRAINT clearing_houses_code_plain CHECK (code ~ '^[a-z0-9]{2,20}$'),
    name_en text NOT NULL,
    name_zh text NOT NULL,
    rail text NOT NULL CONSTRAINT clearing_houses_rail_known
        CHECK (rail IN ('unionpay', 'nucc', 'pboc', 'bank')),
    active boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE clearing_houses IS 'Clearing houses at which quota is earmarked, 清算机构';
COMMENT ON COLUMN clearing_houses.rail IS 'The channels whose receipts count for it';
INSERT INTO clearing_houses (code, name_en, name_zh, rail) VALUES
    ('nucc', 'NetsUnion (NUCC)', '网联', 'nucc'),
    ('unionpay', 'UnionPay', '银联', 'unionpay');
REVOKE DELETE, TRUNCATE ON clearing_houses FROM countinghouse_app;

ALTER TABLE reserve_accounts ADD CONSTRAINT reserve_accounts_clearing_house_known
    FOREIGN KEY (clearing_house) REFERENCES clearing_houses (code);
ALTER TABLE reserve_quota_sessions ADD CONSTRAINT reserve_quota_sessions_house_known
    FOREIGN KEY (house) REFERENCES clearing_houses (code);
