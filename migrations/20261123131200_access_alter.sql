-- Secrets of second factors are kept sealed under the installation's key. Those that were kept in the
-- clear are not kept any longer: whoever had a second factor sets one up anew.
DELETE FROM staff_second_factors;
ALTER TABLE staff_second_factors DROP CONSTRAINT staff_second_factors_secret_long;
ALTER TABLE staff_second_factors RENAME COLUMN secret TO sealed;
ALTER TABLE staff_second_factors ADD CONSTRAINT staff_second_factors_sealed_long
    CHECK (length(sealed) >= 52);
COMMENT ON TABLE staff_second_factors IS
    'TOTP secrets, 第二因子, sealed (AES-256-GCM); never shown again after enrolment';
COMMENT ON COLUMN staff_second_factors.sealed IS
    'Mark of the key, nonce, then the secret, bound to its owner';
