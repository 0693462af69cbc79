-- Steps and changes of state are read by their order alone: one index each carries both their
-- identity and that way to them. They are written many times a payment, so each index counts.
ALTER TABLE order_hops DROP CONSTRAINT order_hops_pkey;
DROP INDEX order_hops_by_order;
ALTER TABLE order_hops ADD CONSTRAINT order_hops_pkey PRIMARY KEY (order_id, id);
ALTER TABLE transitions DROP CONSTRAINT transitions_pkey;
DROP INDEX transitions_by_order;
DROP INDEX transitions_by_subject;
ALTER TABLE transitions ADD CONSTRAINT transitions_pkey PRIMARY KEY (order_id, id);

-- An order is written once what CRM and routing said about it is known; the payer's limits are held
-- before that, in the same transaction.
ALTER TABLE order_payers ALTER CONSTRAINT order_payers_order_id_fkey DEFERRABLE INITIALLY DEFERRED;
