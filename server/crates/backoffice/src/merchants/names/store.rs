use domain::ids::MerchantId;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) async fn names(
    conn: &mut PgConnection,
    ids: &[MerchantId],
) -> Result<BTreeMap<MerchantId, (String, String)>, sqlx::Error> {
    let ids: Vec<Uuid> = ids.iter().copied().map(Uuid::from).collect();
    let rows = sqlx::query!("SELECT id, code, name FROM merchants WHERE id = ANY($1)", &ids)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), (row.code, row.name))).collect())
}
