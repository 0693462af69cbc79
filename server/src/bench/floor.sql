-- The floor of the measurements: what a hand-written PostgreSQL function does on this machine.

DROP SCHEMA IF EXISTS bench_floor CASCADE;
CREATE SCHEMA bench_floor;

-- Nothing but keys: one transaction, two entries, two balances; nothing is checked.
CREATE TABLE bench_floor.accounts (id int PRIMARY KEY, balance bigint NOT NULL)
    WITH (fillfactor = 50);
CREATE TABLE bench_floor.txns (id uuid PRIMARY KEY);
CREATE TABLE bench_floor.entries (
    txn_id uuid NOT NULL,
    account_id int NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (txn_id, account_id)
);
INSERT INTO bench_floor.accounts SELECT generate_series(1, 10000), 0;

-- The account with the higher number is locked last: number 10000 is the hot one.
CREATE FUNCTION bench_floor.transfer(txn uuid, from_id int, to_id int, amount bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bench_floor.txns VALUES (txn);
    INSERT INTO bench_floor.entries VALUES (txn, from_id, -amount), (txn, to_id, amount);
    IF from_id < to_id THEN
        UPDATE bench_floor.accounts SET balance = balance - amount WHERE id = from_id;
        UPDATE bench_floor.accounts SET balance = balance + amount WHERE id = to_id;
    ELSE
        UPDATE bench_floor.accounts SET balance = balance + amount WHERE id = to_id;
        UPDATE bench_floor.accounts SET balance = balance - amount WHERE id = from_id;
    END IF;
END $$;

-- The same with the guarantees of books, for batches: the client's id as key, a gapless number and
-- the balance on every entry, foreign keys, a floor.
CREATE TABLE bench_floor.kept_accounts (
    id int PRIMARY KEY,
    balance bigint NOT NULL,
    version bigint NOT NULL,
    lowest bigint NOT NULL,
    CHECK (balance >= lowest)
) WITH (fillfactor = 50);
CREATE TABLE bench_floor.kept_txns (id uuid PRIMARY KEY);
CREATE TABLE bench_floor.kept_entries (
    txn_id uuid NOT NULL REFERENCES bench_floor.kept_txns (id),
    account_id int NOT NULL REFERENCES bench_floor.kept_accounts (id),
    amount bigint NOT NULL,
    version bigint NOT NULL,
    balance bigint NOT NULL,
    PRIMARY KEY (txn_id, account_id),
    UNIQUE (account_id, version)
);
INSERT INTO bench_floor.kept_accounts SELECT generate_series(1, 10000), 0, 0, -1000000000;

CREATE FUNCTION bench_floor.transfer_batch(txns uuid[], froms int[], tos int[], amounts bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM bench_floor.kept_accounts WHERE id = ANY (froms || tos) ORDER BY id FOR UPDATE;
    INSERT INTO bench_floor.kept_txns SELECT unnest(txns);
    INSERT INTO bench_floor.kept_entries
    SELECT moved.txn, moved.account, moved.amount,
           held.version + row_number() OVER running, held.balance + sum(moved.amount) OVER running
    FROM (
        SELECT txn, account, -amount AS amount, place
        FROM unnest(txns, froms, amounts) WITH ORDINALITY AS f (txn, account, amount, place)
        UNION ALL
        SELECT txn, account, amount, place
        FROM unnest(txns, tos, amounts) WITH ORDINALITY AS t (txn, account, amount, place)
    ) moved
    JOIN bench_floor.kept_accounts held ON held.id = moved.account
    WINDOW running AS (PARTITION BY moved.account ORDER BY moved.place);
    UPDATE bench_floor.kept_accounts held
    SET balance = held.balance + summed.amount, version = held.version + summed.entries
    FROM (
        SELECT account, sum(amount) AS amount, count(*) AS entries
        FROM (
            SELECT account, -amount AS amount FROM unnest(froms, amounts) AS f (account, amount)
            UNION ALL
            SELECT account, amount FROM unnest(tos, amounts) AS t (account, amount)
        ) moved
        GROUP BY account
    ) summed
    WHERE held.id = summed.account;
END $$;

ANALYZE bench_floor.accounts, bench_floor.kept_accounts;
