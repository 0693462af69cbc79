-- References of the books are checked once a statement instead of once a row: a group of postings is
-- one statement, and a check for each of its rows took more than a third of the time it was written
-- in. What must be there is the same, also for the tables' owner.
ALTER TABLE ledger_journals DROP CONSTRAINT ledger_journals_day_exists;
ALTER TABLE ledger_transfers
    DROP CONSTRAINT ledger_transfers_journal_exists,
    DROP CONSTRAINT ledger_transfers_debit_in_currency,
    DROP CONSTRAINT ledger_transfers_credit_in_currency;

CREATE FUNCTION ledger_refused(what text, refused_in text, rule text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: "%"', what, rule
        USING ERRCODE = 'foreign_key_violation', TABLE = refused_in, CONSTRAINT = rule;
END
$$;

CREATE FUNCTION ledger_journals_day_exists() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT accounting_date FROM fresh) AS f
               WHERE NOT EXISTS (SELECT FROM ledger_days d
                                 WHERE d.accounting_date = f.accounting_date)) THEN
        PERFORM ledger_refused('the accounting day of a journal does not exist',
                               'ledger_journals', 'ledger_journals_day_exists');
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_journals_day_exists AFTER INSERT ON ledger_journals
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_journals_day_exists();
CREATE TRIGGER ledger_journals_day_exists_still AFTER UPDATE ON ledger_journals
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_journals_day_exists();

CREATE FUNCTION ledger_transfers_refer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    journals boolean;
    debits boolean;
    credits boolean;
BEGIN
    SELECT bool_and(EXISTS (SELECT FROM ledger_journals j WHERE j.id = f.journal_id)),
           bool_and(EXISTS (SELECT FROM ledger_accounts a
                            WHERE a.id = f.debit_account_id AND a.currency = f.currency)),
           bool_and(EXISTS (SELECT FROM ledger_accounts a
                            WHERE a.id = f.credit_account_id AND a.currency = f.currency))
    INTO journals, debits, credits
    FROM fresh AS f;
    IF NOT journals THEN
        PERFORM ledger_refused('the journal of a line does not exist',
                               'ledger_transfers', 'ledger_transfers_journal_exists');
    ELSIF NOT debits THEN
        PERFORM ledger_refused('there is no such account in the currency of a line',
                               'ledger_transfers', 'ledger_transfers_debit_in_currency');
    ELSIF NOT credits THEN
        PERFORM ledger_refused('there is no such account in the currency of a line',
                               'ledger_transfers', 'ledger_transfers_credit_in_currency');
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_transfers_refer AFTER INSERT ON ledger_transfers
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfers_refer();
CREATE TRIGGER ledger_transfers_refer_still AFTER UPDATE ON ledger_transfers
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfers_refer();

-- What is referred to stays.
CREATE FUNCTION ledger_days_with_journals_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_journals j WHERE j.accounting_date = OLD.accounting_date) THEN
        PERFORM ledger_refused('an accounting day with journals stays',
                               'ledger_days', 'ledger_days_with_journals_stay');
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER ledger_days_with_journals_stay
    BEFORE DELETE OR UPDATE OF accounting_date ON ledger_days
    FOR EACH ROW EXECUTE FUNCTION ledger_days_with_journals_stay();

CREATE FUNCTION ledger_journals_with_lines_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_transfers t WHERE t.journal_id = OLD.id) THEN
        PERFORM ledger_refused('a journal with lines stays',
                               'ledger_journals', 'ledger_journals_with_lines_stay');
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER ledger_journals_with_lines_stay BEFORE DELETE OR UPDATE OF id ON ledger_journals
    FOR EACH ROW EXECUTE FUNCTION ledger_journals_with_lines_stay();

CREATE FUNCTION ledger_accounts_with_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_transfers t WHERE t.debit_account_id = OLD.id)
       OR EXISTS (SELECT FROM ledger_transfers t WHERE t.credit_account_id = OLD.id) THEN
        PERFORM ledger_refused('an account with entries stays, in its currency',
                               'ledger_accounts', 'ledger_accounts_with_entries_stay');
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER ledger_accounts_with_entries_stay BEFORE DELETE OR UPDATE OF id, currency
    ON ledger_accounts FOR EACH ROW EXECUTE FUNCTION ledger_accounts_with_entries_stay();
