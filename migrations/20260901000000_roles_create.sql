-- The role the application works as. The owner of the tables migrates; the application only reads
-- and writes rows, and the tables of the books and of the audit record take even less.
--
-- Roles belong to the whole cluster, so several databases may be migrated at the same moment:
-- losing such a race is no error.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countinghouse_app') THEN
        BEGIN
            CREATE ROLE countinghouse_app NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'role countinghouse_app is missing and % may not create it', current_user
                    USING HINT = 'ask the database administrator for: CREATE ROLE countinghouse_app NOLOGIN; GRANT countinghouse_app TO the connecting role';
        END;
    END IF;
    -- A superuser may become any role; everybody else has to be a member.
    IF NOT pg_has_role(current_user, 'countinghouse_app', 'MEMBER') THEN
        BEGIN
            EXECUTE format('GRANT countinghouse_app TO %I', current_user);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;
        END;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO countinghouse_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO countinghouse_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO countinghouse_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO countinghouse_app;
