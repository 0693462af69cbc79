-- Rows of bills stand packed, some hundreds to a block (对账单明细块): writing a million of them takes a
-- fraction of the time and a tenth of the disk. A row that something refers to, an error item, a
-- match, an entry of a file, is kept in bill_lines as well, under the id it has in its block.
CREATE TABLE bill_blocks (
    file_id uuid NOT NULL CONSTRAINT bill_blocks_have_a_file REFERENCES source_files (id) DEFERRABLE,
    first_line bigint NOT NULL,
    last_line bigint NOT NULL,
    before bigint NOT NULL CONSTRAINT bill_blocks_before_not_negative CHECK (before >= 0),
    rows integer NOT NULL CONSTRAINT bill_blocks_rows_positive CHECK (rows > 0),
    lines text NOT NULL,
    kinds text NOT NULL,
    channel_nos text NOT NULL,
    order_nos text NOT NULL,
    refund_nos text NOT NULL,
    gross text NOT NULL,
    currencies text NOT NULL,
    fees text NOT NULL,
    statuses text NOT NULL,
    event_times text NOT NULL,
    ids text,
    numbers bytea NOT NULL,
    PRIMARY KEY (file_id, first_line),
    CONSTRAINT bill_blocks_before_once UNIQUE (file_id, before),
    CONSTRAINT bill_blocks_lines_in_order CHECK (first_line <= last_line),
    CONSTRAINT bill_blocks_of_one_length CHECK (length(kinds) = rows AND length(statuses) = rows),
    CONSTRAINT bill_blocks_numbers_are_whole CHECK (octet_length(numbers) % 4 = 0)
);
COMMENT ON TABLE bill_blocks IS
    'Rows of bills, some hundreds to a block; the view bill_rows shows them one by one';
COMMENT ON COLUMN bill_blocks.first_line IS 'Smallest line of the file in the block';
COMMENT ON COLUMN bill_blocks.last_line IS 'Greatest line of the file in the block';
COMMENT ON COLUMN bill_blocks.before IS 'How many rows of the file stand before the block';
COMMENT ON COLUMN bill_blocks.channel_nos IS
    'One to a line, as order_nos; a line feed within is written \n, a backslash \b';
COMMENT ON COLUMN bill_blocks.refund_nos IS 'As channel_nos; \N where a row has none';
COMMENT ON COLUMN bill_blocks.kinds IS 'A letter to a row: P payment, R refund';
COMMENT ON COLUMN bill_blocks.statuses IS 'A letter to a row: S success, P processing, F failed';
COMMENT ON COLUMN bill_blocks.gross IS 'Minor units, one to a line';
COMMENT ON COLUMN bill_blocks.fees IS 'Hundred-thousandths of the major unit, one to a line';
COMMENT ON COLUMN bill_blocks.event_times IS
    'Microseconds since 1970-01-01 UTC, one to a line; \N where a row has none';
COMMENT ON COLUMN bill_blocks.ids IS
    'Ids of rows imported before there were blocks; all of those are in bill_lines, too. The id of '
    'any other row is that of its file with the line as its last four bytes';
COMMENT ON COLUMN bill_blocks.numbers IS
    'CRC-32 of every number in the block, four bytes each: a block that has a number is found '
    'without unpacking the others. Empty where all rows are in bill_lines';

ALTER TABLE bill_blocks ALTER COLUMN numbers SET STORAGE EXTERNAL;
DO $$
DECLARE
    packed text;
BEGIN
    FOREACH packed IN ARRAY ARRAY['lines', 'kinds', 'channel_nos', 'order_nos', 'refund_nos',
                                  'gross', 'currencies', 'fees', 'statuses', 'event_times', 'ids']
    LOOP
        EXECUTE format('ALTER TABLE bill_blocks ALTER COLUMN %I SET COMPRESSION lz4', packed);
    END LOOP;
EXCEPTION
    WHEN feature_not_supported THEN
        RAISE NOTICE 'this server packs without LZ4: blocks of rows take longer to write';
END
$$;

CREATE FUNCTION bill_row_id(file uuid, line bigint) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT
    PARALLEL SAFE AS
$$ SELECT (left(file::text, 28) || lpad(to_hex(line), 8, '0'))::uuid $$;
COMMENT ON FUNCTION bill_row_id IS
    'The id of a row of a bill: that of its file with the line as its last four bytes';

CREATE VIEW bill_rows AS
SELECT COALESCE(r.id::uuid, bill_row_id(b.file_id, r.line)) AS id,
       b.file_id,
       r.line,
       f.scope AS channel,
       f.clearing_date,
       CASE r.kind WHEN 'P' THEN 'payment' ELSE 'refund' END AS kind,
       replace(replace(COALESCE(r.channel_no, ''), '\n', E'\n'), '\b', '\') AS channel_no,
       replace(replace(COALESCE(r.order_no, ''), '\n', E'\n'), '\b', '\') AS order_no,
       replace(replace(r.refund_no, '\n', E'\n'), '\b', '\') AS refund_no,
       r.gross_minor,
       r.currency,
       r.fee_e5,
       CASE r.status WHEN 'S' THEN 'success' WHEN 'P' THEN 'processing' ELSE 'failed' END AS status,
       timestamptz 'epoch' + r.at * interval '1 microsecond' AS event_time,
       b.numbers AS block_numbers
FROM bill_blocks b
JOIN source_files f ON f.id = b.file_id
CROSS JOIN LATERAL unnest(
    string_to_array(b.lines, E'\n')::bigint[],
    string_to_array(b.kinds, NULL),
    string_to_array(b.channel_nos, E'\n'),
    string_to_array(b.order_nos, E'\n'),
    string_to_array(b.refund_nos, E'\n', '\N'),
    string_to_array(b.gross, E'\n')::bigint[],
    string_to_array(b.currencies, E'\n'),
    string_to_array(b.fees, E'\n')::bigint[],
    string_to_array(b.statuses, NULL),
    string_to_array(b.event_times, E'\n', '\N')::bigint[],
    string_to_array(b.ids, E'\n')
) AS r (line, kind, channel_no, order_no, refund_no, gross_minor, currency, fee_e5, status, at, id);
COMMENT ON VIEW bill_rows IS 'Rows of channel bills one by one, 对账单明细, unpacked from their blocks';

INSERT INTO bill_blocks
    (file_id, first_line, last_line, before, rows, lines, kinds, channel_nos, order_nos, refund_nos,
     gross, currencies, fees, statuses, event_times, ids, numbers)
SELECT file_id, min(line), max(line), min(place), count(*),
       string_agg(line::text, E'\n' ORDER BY line),
       string_agg(CASE kind WHEN 'payment' THEN 'P' ELSE 'R' END, '' ORDER BY line),
       string_agg(replace(replace(channel_no, '\', '\b'), E'\n', '\n'), E'\n' ORDER BY line),
       string_agg(replace(replace(order_no, '\', '\b'), E'\n', '\n'), E'\n' ORDER BY line),
       string_agg(COALESCE(replace(replace(refund_no, '\', '\b'), E'\n', '\n'), '\N'), E'\n'
                  ORDER BY line),
       string_agg(gross_minor::text, E'\n' ORDER BY line),
       string_agg(currency, E'\n' ORDER BY line),
       string_agg(fee_e5::text, E'\n' ORDER BY line),
       string_agg(CASE status WHEN 'success' THEN 'S' WHEN 'processing' THEN 'P' ELSE 'F' END, ''
                  ORDER BY line),
       string_agg(COALESCE((extract(epoch FROM event_time) * 1000000)::bigint::text, '\N'), E'\n'
                  ORDER BY line),
       string_agg(id::text, E'\n' ORDER BY line),
       ''
FROM (SELECT *, row_number() OVER (PARTITION BY file_id ORDER BY line) - 1 AS place
      FROM bill_lines) AS numbered
GROUP BY file_id, place / 500;

COMMENT ON TABLE bill_lines IS
    'Rows of channel bills that something refers to, and those imported before there were blocks';
REVOKE UPDATE, DELETE, TRUNCATE ON bill_blocks FROM countinghouse_app;
REVOKE INSERT, UPDATE, DELETE ON bill_rows FROM countinghouse_app;
