-- What a withdrawal costs is a rule: the application reads it and cannot change it.
REVOKE UPDATE ON withdrawal_fees FROM countinghouse_app;
