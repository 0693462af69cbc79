-- A bill of a million rows is written with a hundred statements. That its rows stand in a file is
-- asked once for each statement, not for each row: it took more than half of the time.
ALTER TABLE bill_lines DROP CONSTRAINT bill_lines_file_id_fkey;

CREATE FUNCTION bill_lines_have_a_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT file_id FROM fresh) AS f
               WHERE NOT EXISTS (SELECT FROM source_files s WHERE s.id = f.file_id)) THEN
        RAISE EXCEPTION 'a row of a bill stands in no file'
            USING ERRCODE = 'foreign_key_violation', TABLE = 'bill_lines',
                  CONSTRAINT = 'bill_lines_have_a_file';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER bill_lines_have_a_file AFTER INSERT ON bill_lines
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION bill_lines_have_a_file();

CREATE FUNCTION bill_lines_stay_in_their_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of bills stay in the file they came with'
        USING ERRCODE = 'foreign_key_violation', TABLE = 'bill_lines',
              CONSTRAINT = 'bill_lines_stay_in_their_file';
END
$$;
CREATE TRIGGER bill_lines_stay_in_their_file BEFORE UPDATE OF file_id ON bill_lines
    FOR EACH ROW EXECUTE FUNCTION bill_lines_stay_in_their_file();

CREATE FUNCTION source_files_with_rows_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM bill_lines b WHERE b.file_id = OLD.id) THEN
        RAISE EXCEPTION 'a file with rows is not removed'
            USING ERRCODE = 'foreign_key_violation', TABLE = 'source_files',
                  CONSTRAINT = 'source_files_with_rows_stay';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER source_files_with_rows_stay BEFORE DELETE ON source_files
    FOR EACH ROW EXECUTE FUNCTION source_files_with_rows_stay();

-- A bill is read twice, not three times: what the look at it found is kept, and what is read when it
-- is imported must be the same.
ALTER TABLE file_arrivals ADD COLUMN reading jsonb;
COMMENT ON COLUMN file_arrivals.reading IS
    'What a look at a bill found: format, day, rows and totals; compared with what is imported';
