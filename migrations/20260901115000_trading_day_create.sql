-- The trading day: when it was cut, by whom, and what its gates said.
CREATE TABLE trading_day_cuts (
    business_date date PRIMARY KEY,
    cut_at timestamptz NOT NULL,
    cut_by uuid NOT NULL REFERENCES staff (id),
    gates jsonb NOT NULL
);
COMMENT ON TABLE trading_day_cuts IS 'Each day cut (日切): its gates as they were at that moment';
REVOKE UPDATE, DELETE, TRUNCATE ON trading_day_cuts FROM countinghouse_app;

-- Only a demonstration moves its clock.
CREATE TABLE demo_clock (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    ahead_seconds bigint NOT NULL CHECK (ahead_seconds >= 0)
);
COMMENT ON TABLE demo_clock IS 'How far the clock of a demonstration was moved forward';
