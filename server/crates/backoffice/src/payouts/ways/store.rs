use crate::explain::Inconsistent;
use crate::payouts::PayoutError;
use domain::ids::ApprovalId;
use domain::payout::{AccountWay, PayoutWay, WaySetting};
use sqlx::PgConnection;

/// The accounts customers' money is paid from, each with the front it is reached by.
pub(super) async fn list(
    conn: &mut PgConnection,
) -> Result<Vec<(AccountWay, String)>, PayoutError> {
    let rows = sqlx::query!(
        r#"SELECT a.id, a.code, a.bank_name, a.front, a.payout_way, a.holder,
                  (SELECT p.id FROM approvals p
                   WHERE p.kind = 'payout_way' AND p.subject_id = a.id
                     AND p.state IN ('pending', 'approved') LIMIT 1) AS waiting
           FROM reserve_accounts a WHERE a.active AND a.purpose = 'custody' ORDER BY a.code"#,
    )
    .fetch_all(conn)
    .await?;
    let mut ways = Vec::with_capacity(rows.len());
    for row in rows {
        let way = PayoutWay::named(&row.payout_way)
            .ok_or_else(|| Inconsistent::new("reserve_accounts", row.id, "unknown way"))?;
        let shown = AccountWay {
            account: row.id.into(),
            code: row.code,
            bank_name: row.bank_name,
            setting: WaySetting { way, holder: row.holder },
            public_key: None,
            waiting: row.waiting.map(ApprovalId),
        };
        ways.push((shown, row.front));
    }
    Ok(ways)
}
