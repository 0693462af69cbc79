use crate::vouchers::VoucherError;
use domain::ids::{StaffId, VoucherId};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::OffsetDateTime;

pub(super) async fn insert_rejections(
    conn: &mut PgConnection,
    voucher: VoucherId,
    reasons: &BTreeMap<i32, String>,
    (by, at): (StaffId, OffsetDateTime),
) -> Result<(), VoucherError> {
    let lines: Vec<i32> = reasons.keys().copied().collect();
    let texts: Vec<String> = reasons.values().cloned().collect();
    sqlx::query!(
        r#"INSERT INTO voucher_rejections (voucher_id, line, reason, at, by_id)
           SELECT $1, line, reason, $4, $5
           FROM unnest($2::integer[], $3::text[]) AS new (line, reason)"#,
        voucher.0,
        &lines,
        &texts,
        at,
        by.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
