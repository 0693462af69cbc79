use crate::explain::Inconsistent;
use crate::reserve::ReserveError;
use domain::channel::Rail;
use domain::fee::Rate;
use domain::reserve::Purpose;
use domain::reserve::settings::{AccountSetting, ClearingHouse, ReserveSettings};
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps others from changing what is set until the transaction ends.
pub(super) async fn lock(conn: &mut PgConnection) -> Result<(), ReserveError> {
    sqlx::query!("SELECT fund_ppm FROM reserve_settings FOR UPDATE").fetch_one(conn).await?;
    Ok(())
}

pub(super) async fn settings(conn: &mut PgConnection) -> Result<ReserveSettings, ReserveError> {
    let wrong = |what: &str| Inconsistent::new("reserve_settings", Uuid::nil(), what);
    let ppm =
        sqlx::query_scalar!("SELECT fund_ppm FROM reserve_settings").fetch_one(&mut *conn).await?;
    let houses = sqlx::query!(
        "SELECT code, name_en, name_zh, rail, active FROM clearing_houses ORDER BY code"
    )
    .fetch_all(&mut *conn)
    .await?;
    let accounts = sqlx::query!(
        "SELECT code, purpose, bank_name, clearing_house, active
         FROM reserve_accounts ORDER BY code"
    )
    .fetch_all(conn)
    .await?;
    let house = |row: (String, String, String, String, bool)| {
        let (code, name_en, name_zh, rail, active) = row;
        let rail = Rail::named(&rail).ok_or_else(|| wrong("unknown rail"))?;
        Ok::<_, Inconsistent>(ClearingHouse { code, name_en, name_zh, rail, active })
    };
    let houses = houses
        .into_iter()
        .map(|row| house((row.code, row.name_en, row.name_zh, row.rail, row.active)))
        .collect::<Result<_, _>>()?;
    let mut settings = Vec::with_capacity(accounts.len());
    for row in accounts {
        settings.push(AccountSetting {
            purpose: Purpose::named(&row.purpose).ok_or_else(|| wrong("unknown purpose"))?,
            code: row.code,
            bank_name: row.bank_name,
            house: row.clearing_house,
            active: row.active,
        });
    }
    let fund_share = Rate::from_ppm(ppm).map_err(|_| wrong("share out of range"))?;
    Ok(ReserveSettings { houses, accounts: settings, fund_share })
}

pub(super) async fn set_house(
    conn: &mut PgConnection,
    house: &ClearingHouse,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "INSERT INTO clearing_houses (code, name_en, name_zh, rail, active)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (code) DO UPDATE SET name_en = EXCLUDED.name_en,
             name_zh = EXCLUDED.name_zh, rail = EXCLUDED.rail, active = EXCLUDED.active",
        house.code,
        house.name_en.trim(),
        house.name_zh.trim(),
        house.rail.name(),
        house.active,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn set_clearing(
    conn: &mut PgConnection,
    account: &str,
    house: Option<&str>,
) -> Result<(), ReserveError> {
    sqlx::query!("UPDATE reserve_accounts SET clearing_house = $2 WHERE code = $1", account, house)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn set_active(
    conn: &mut PgConnection,
    account: &str,
    active: bool,
) -> Result<(), ReserveError> {
    sqlx::query!("UPDATE reserve_accounts SET active = $2 WHERE code = $1", account, active)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn set_fund(conn: &mut PgConnection, share: Rate) -> Result<(), ReserveError> {
    sqlx::query!("UPDATE reserve_settings SET fund_ppm = $1", share.ppm()).execute(conn).await?;
    Ok(())
}
