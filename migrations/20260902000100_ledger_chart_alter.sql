-- The chart is changed by the application, under approval: lines are added and reworded, never
-- taken away, and what decides past postings (side, owner, place in the tree) stays.

GRANT INSERT, UPDATE (name_en, name_zh, floor_minor, posting_mode) ON ledger_chart
    TO countinghouse_app;
GRANT UPDATE (floor_minor) ON ledger_balances TO countinghouse_app;
