-- Every change of state of an order, its payment and its refunds: when, by whom, why, from, to.
-- Written by the statement that changes the state, so that neither exists without the other.
CREATE TABLE transitions (
    id bigserial PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    subject_kind text NOT NULL CONSTRAINT transitions_subject_known
        CHECK (subject_kind IN ('order', 'payment', 'refund')),
    subject_id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL CONSTRAINT transitions_actor_not_blank CHECK (actor <> ''),
    cause text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    request_id text NOT NULL,
    CONSTRAINT transitions_move CHECK (from_state <> to_state)
);
COMMENT ON TABLE transitions IS 'State changes of orders, payments and refunds, 状态流转';
CREATE INDEX transitions_by_order ON transitions (order_id, id);
CREATE INDEX transitions_by_subject ON transitions (subject_id, id);
REVOKE UPDATE, DELETE, TRUNCATE ON transitions FROM countinghouse_app;
