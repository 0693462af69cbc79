-- Hardly any journal is a reversal: an index over those that are is enough to keep them single.

ALTER TABLE ledger_journals DROP CONSTRAINT ledger_journals_reversed_once;
CREATE UNIQUE INDEX ledger_journals_reversed_once ON ledger_journals (reverses)
    WHERE reverses IS NOT NULL;
