-- A run is an object with a life: it runs, ends, breaks off, is forced closed or rolled back.
ALTER TABLE reconciliation_runs
    DROP CONSTRAINT reconciliation_runs_state_known,
    DROP CONSTRAINT reconciliation_runs_inputs_once,
    DROP CONSTRAINT reconciliation_runs_leg_known,
    ALTER COLUMN finished_at DROP NOT NULL,
    ADD COLUMN shares jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN unexplained bigint NOT NULL DEFAULT 0,
    ADD COLUMN rules_version integer NOT NULL DEFAULT 0,
    ADD COLUMN baseline text NOT NULL DEFAULT 'channel'
        CONSTRAINT reconciliation_runs_baseline_known CHECK (baseline IN ('channel', 'platform')),
    ADD COLUMN note text NOT NULL DEFAULT '',
    ADD COLUMN proof text NOT NULL DEFAULT '',
    ADD COLUMN approval_id uuid REFERENCES approvals (id),
    ADD CONSTRAINT reconciliation_runs_state_known
        CHECK (state IN ('running', 'completed', 'failed', 'forced', 'rolled_back')),
    ADD CONSTRAINT reconciliation_runs_running_has_no_end
        CHECK ((state = 'running') = (finished_at IS NULL)),
    ADD CONSTRAINT reconciliation_runs_leg_known CHECK (leg IN
        ('gateway_bank', 'business_gateway', 'business_merchant', 'funds', 'ledger_payments',
         'statement_ledger'));
UPDATE reconciliation_runs SET unexplained = differences;
COMMENT ON COLUMN reconciliation_runs.shares IS 'The difference by what explains it';
COMMENT ON COLUMN reconciliation_runs.proof IS 'Sum of the hashes of the pairs that agree: they are not stored one by one';
CREATE UNIQUE INDEX reconciliation_runs_inputs_once
    ON reconciliation_runs (leg, scope, day, inputs_hash) WHERE state IN ('completed', 'forced');
CREATE UNIQUE INDEX reconciliation_runs_one_running
    ON reconciliation_runs (leg, scope, day) WHERE state = 'running';

-- What a run found stays as it was found.
CREATE FUNCTION reconciliation_runs_keep_their_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'running' THEN
            RAISE EXCEPTION 'a reconciliation run that ended stays'
                USING ERRCODE = 'check_violation',
                      CONSTRAINT = 'reconciliation_runs_keep_their_result';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'running' AND (
        (OLD.inputs, OLD.inputs_hash, OLD.totals, OLD.totals_agree, OLD.counts, OLD.differences,
         OLD.shares, OLD.unexplained, OLD.rules_version, OLD.baseline, OLD.proof, OLD.finished_at)
        IS DISTINCT FROM
        (NEW.inputs, NEW.inputs_hash, NEW.totals, NEW.totals_agree, NEW.counts, NEW.differences,
         NEW.shares, NEW.unexplained, NEW.rules_version, NEW.baseline, NEW.proof, NEW.finished_at)
        OR NOT (NEW.state = OLD.state
                OR (OLD.state IN ('completed', 'failed') AND NEW.state = 'forced')
                OR (OLD.state IN ('completed', 'forced') AND NEW.state = 'rolled_back')))
    THEN
        RAISE EXCEPTION 'a reconciliation run that ended keeps its result'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'reconciliation_runs_keep_their_result';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reconciliation_runs_keep_their_result
    BEFORE UPDATE OR DELETE ON reconciliation_runs
    FOR EACH ROW EXECUTE FUNCTION reconciliation_runs_keep_their_result();
GRANT DELETE ON reconciliation_runs TO countinghouse_app;
GRANT UPDATE (inputs, inputs_hash, totals, totals_agree, counts, differences, shares, unexplained,
              rules_version, baseline, proof, note, approval_id, state, finished_at)
    ON reconciliation_runs TO countinghouse_app;

ALTER TABLE reconciliation_matches
    ADD COLUMN matched_by text CONSTRAINT reconciliation_matches_key_known
        CHECK (matched_by IN ('number', 'channel_no', 'amount_time')),
    ADD COLUMN tolerated boolean NOT NULL DEFAULT false,
    ADD COLUMN explained text CONSTRAINT reconciliation_matches_explanation_known CHECK
        (explained IN ('cut_over', 'refund_in_flight', 'holiday', 'fee', 'tolerance')),
    ADD COLUMN clears_by date,
    ADD COLUMN difference_minor bigint NOT NULL DEFAULT 0;
COMMENT ON TABLE reconciliation_matches IS 'What a run found besides plain agreement: differences, and pairs by a weaker key or within a tolerance';

-- Records of ours that the file of their day lacks and a later one will probably have.
CREATE TABLE expected_records (
    id uuid CONSTRAINT expected_records_pkey PRIMARY KEY,
    leg text NOT NULL,
    scope text NOT NULL,
    day date NOT NULL,
    record_key text NOT NULL,
    direction text NOT NULL,
    number text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    view jsonb NOT NULL,
    merchant_id uuid REFERENCES merchants (id),
    order_id uuid REFERENCES orders (id),
    payment_id uuid REFERENCES payments (id),
    refund_id uuid REFERENCES refunds (id),
    why text NOT NULL CONSTRAINT expected_records_why_known
        CHECK (why IN ('cut_over', 'refund_in_flight', 'holiday')),
    clears_by date NOT NULL,
    run_id uuid NOT NULL CONSTRAINT expected_records_run_exists
        REFERENCES reconciliation_runs (id) DEFERRABLE INITIALLY DEFERRED,
    opened_at timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT expected_records_state_known
        CHECK (state IN ('waiting', 'matched', 'item', 'withdrawn')),
    found_on date,
    concluded_by uuid REFERENCES reconciliation_runs (id) DEFERRABLE INITIALLY DEFERRED,
    concluded_at timestamptz,
    CONSTRAINT expected_records_concluded_has_time
        CHECK ((state = 'waiting') = (concluded_at IS NULL)),
    CONSTRAINT expected_records_matched_has_day CHECK ((state = 'matched') = (found_on IS NOT NULL))
);
COMMENT ON TABLE expected_records IS 'Records that wait for the next file, 存疑';
COMMENT ON COLUMN expected_records.clears_by IS 'The last clearing date whose file may bring it; after it, it is an error item';
CREATE UNIQUE INDEX expected_records_one_waiting ON expected_records (record_key)
    WHERE state = 'waiting';
CREATE INDEX expected_records_by_scope ON expected_records (leg, scope, day);
CREATE INDEX expected_records_waiting ON expected_records (clears_by) WHERE state = 'waiting';
CREATE INDEX expected_records_by_payment ON expected_records (payment_id)
    WHERE payment_id IS NOT NULL;
REVOKE DELETE, TRUNCATE ON expected_records FROM countinghouse_app;

