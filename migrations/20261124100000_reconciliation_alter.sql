-- Pieces of files are texts of many like lines: packed they cost a fraction of the writing, and no
-- more time than it saves. A server built without LZ4 keeps them as they are.
DO $$
BEGIN
    ALTER TABLE file_pieces ALTER COLUMN bytes SET COMPRESSION lz4;
    ALTER TABLE file_pieces ALTER COLUMN bytes SET STORAGE EXTENDED;
EXCEPTION
    WHEN feature_not_supported THEN
        RAISE NOTICE 'this server packs without LZ4: pieces of files stay unpacked';
END
$$;
