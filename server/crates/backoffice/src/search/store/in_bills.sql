-- Rows with the channel's number $1, whose mark is $2, in bills that came after $3 and that no run has
-- looked through: later a row is found through its payment or refund, or, when it stands alone, by
-- itself.
SELECT 'bill_line' AS "kind!", 'channel_no' AS "by!", r.id AS "id!", r.channel_no AS "value!",
       r.gross_minor AS "amount_minor?", r.currency AS "currency?", r.status AS "state!"
FROM source_files f
JOIN bill_rows r ON r.file_id = f.id
WHERE f.kind = 'bill' AND f.replaced_at IS NULL AND f.imported_at >= $3
  AND NOT EXISTS (
      SELECT FROM reconciliation_runs n
      WHERE n.leg = 'gateway_bank' AND n.scope = f.scope AND n.day = f.clearing_date
        AND n.inputs @> jsonb_build_array(jsonb_build_object('file', f.id)))
  AND position($2::bytea IN r.block_numbers) > 0
  AND r.channel_no = $1
LIMIT $4
