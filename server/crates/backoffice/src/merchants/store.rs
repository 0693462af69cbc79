use super::{MerchantError, NewMerchant, NewSplitRule, fees};
use crate::explain::Inconsistent;
use crate::office::Office;
use domain::date::BusinessDate;
use domain::fee::{MonthVolume, Rate};
use domain::ids::MerchantId;
use domain::merchant::SplitMode;
use domain::merchant::{
    MerchantDetail, MerchantFilter, MerchantKind, MerchantStatus, MerchantSummary,
    SettlementAccount, SplitLabel, SplitRule, SplitShare, Standing,
};
use domain::money::Money;
use domain::page::{Page, PageRequest};
use domain::product::{CardType, Product};
use sqlx::PgConnection;
use std::collections::HashMap;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

struct SummaryRow {
    id: Uuid,
    code: String,
    name: String,
    kind: String,
    status: String,
    platform_id: Option<Uuid>,
    platform_name: Option<String>,
    products: Vec<String>,
}

impl TryFrom<SummaryRow> for MerchantSummary {
    type Error = Inconsistent;

    fn try_from(row: SummaryRow) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("merchants", row.id, what);
        let mut products = row
            .products
            .iter()
            .map(|name| name.parse().map_err(|_| wrong("unknown product")))
            .collect::<Result<Vec<Product>, _>>()?;
        products.sort();
        Ok(Self {
            id: row.id.into(),
            kind: MerchantKind::named(&row.kind).ok_or_else(|| wrong("unknown kind"))?,
            status: MerchantStatus::named(&row.status).ok_or_else(|| wrong("unknown status"))?,
            code: row.code,
            name: row.name,
            platform: row.platform_id.map(MerchantId).zip(row.platform_name),
            products,
        })
    }
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &MerchantFilter,
    page: PageRequest,
) -> Result<Page<MerchantSummary>, MerchantError> {
    let (status, kind) = (filter.status.map(MerchantStatus::name), filter.kind.map(|k| k.name()));
    let text = filter.text.as_ref().map(|text| text.trim().to_lowercase());
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM merchants m
           WHERE ($1::text IS NULL OR strpos(lower(m.code || ' ' || m.name), $1) > 0)
             AND ($2::text IS NULL OR m.status = $2) AND ($3::text IS NULL OR m.kind = $3)"#,
        text,
        status,
        kind,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        SummaryRow,
        r#"SELECT m.id, m.code, m.name, m.kind, m.status, m.platform_id,
                  p.name AS "platform_name?",
                  ARRAY(SELECT product FROM merchant_products e
                        WHERE e.merchant_id = m.id AND e.enabled) AS "products!: Vec<String>"
           FROM merchants m LEFT JOIN merchants p ON p.id = m.platform_id
           WHERE ($1::text IS NULL OR strpos(lower(m.code || ' ' || m.name), $1) > 0)
             AND ($2::text IS NULL OR m.status = $2) AND ($3::text IS NULL OR m.kind = $3)
           ORDER BY m.code LIMIT $4 OFFSET $5"#,
        text,
        status,
        kind,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(MerchantSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

/// The merchant itself (`of` its id) or those on the platform (`on` its id).
async fn summaries(
    conn: &mut PgConnection,
    of: Option<MerchantId>,
    on: Option<MerchantId>,
) -> Result<Vec<MerchantSummary>, MerchantError> {
    let rows = sqlx::query_as!(
        SummaryRow,
        r#"SELECT m.id, m.code, m.name, m.kind, m.status, m.platform_id,
                  p.name AS "platform_name?",
                  ARRAY(SELECT product FROM merchant_products e
                        WHERE e.merchant_id = m.id AND e.enabled) AS "products!: Vec<String>"
           FROM merchants m LEFT JOIN merchants p ON p.id = m.platform_id
           WHERE m.id = $1 OR m.platform_id = $2 ORDER BY m.code"#,
        of.map(Uuid::from),
        on.map(Uuid::from),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(MerchantSummary::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn detail(
    conn: &mut PgConnection,
    id: MerchantId,
) -> Result<Option<MerchantDetail>, MerchantError> {
    let Some(summary) = summaries(conn, Some(id), None).await?.pop() else { return Ok(None) };
    let row = sqlx::query!("SELECT created_at FROM merchants WHERE id = $1", Uuid::from(id))
        .fetch_one(&mut *conn)
        .await?;
    let created_at: OffsetDateTime = row.created_at;
    let terms = settlement_terms(conn, id).await?;
    let (settlement_account, settlement_cycle_days) = terms.ok_or(MerchantError::NotFound)?;
    let api_keys = sqlx::query_scalar!(
        "SELECT key_id FROM merchant_api_keys WHERE merchant_id = $1 AND active ORDER BY key_id",
        Uuid::from(id),
    )
    .fetch_all(&mut *conn)
    .await?;
    Ok(Some(MerchantDetail {
        summary,
        settlement_cycle_days,
        settlement_account,
        fees: fees::all(conn, id).await?,
        split_rules: split_rules(conn, id, None).await?,
        sub_merchants: summaries(conn, None, Some(id)).await?,
        api_keys,
        created_at,
    }))
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: MerchantId,
) -> Result<Option<MerchantDetail>, MerchantError> {
    sqlx::query!("SELECT id FROM merchants WHERE id = $1 FOR UPDATE", Uuid::from(id))
        .fetch_optional(&mut *conn)
        .await?;
    detail(conn, id).await
}

pub(super) async fn settlement_terms(
    conn: &mut PgConnection,
    id: MerchantId,
) -> Result<Option<(SettlementAccount, u16)>, MerchantError> {
    let row = sqlx::query!(
        "SELECT settlement_cycle_days, settlement_account_no, settlement_account_name,
                settlement_bank
         FROM merchants WHERE id = $1",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let days = u16::try_from(row.settlement_cycle_days)
        .map_err(|_| Inconsistent::new("merchants", id, "negative settlement cycle"))?;
    let account = SettlementAccount {
        account_no: row.settlement_account_no,
        account_name: row.settlement_account_name,
        bank: row.settlement_bank,
    };
    Ok(Some((account, days)))
}

pub(super) async fn standing(
    conn: &mut PgConnection,
    id: MerchantId,
    (product, card): (Product, Option<CardType>),
    day: BusinessDate,
) -> Result<Option<Standing>, MerchantError> {
    let row = sqlx::query!(
        r#"SELECT m.status, COALESCE(e.enabled, false) AS "enabled!"
           FROM merchants m
           LEFT JOIN merchant_products e ON e.merchant_id = m.id AND e.product = $2
           WHERE m.id = $1"#,
        Uuid::from(id),
        product.name(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let status = MerchantStatus::named(&row.status)
        .ok_or_else(|| Inconsistent::new("merchants", id, "unknown status"))?;
    let schedule = fees::fee_schedule(conn, id, (product, card), day).await?;
    let month = match &schedule {
        Some(schedule) => fees::month(conn, id, (product, schedule), day).await?,
        None => MonthVolume::default(),
    };
    Ok(Some(Standing { merchant: id, status, enabled: row.enabled, schedule, month }))
}

struct SplitRow {
    id: Uuid,
    platform_id: Uuid,
    payee_id: Uuid,
    payee_name: String,
    label: String,
    fixed_minor: Option<i64>,
    ratio_ppm: Option<i64>,
    mode: String,
    valid_from: Date,
}

impl TryFrom<SplitRow> for SplitRule {
    type Error = Inconsistent;

    fn try_from(row: SplitRow) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("split_rules", row.id, what);
        let share = match (row.fixed_minor, row.ratio_ppm.map(Rate::from_ppm)) {
            (Some(minor), None) => SplitShare::Fixed(Money::cny(minor)),
            (None, Some(Ok(rate))) => SplitShare::Ratio(rate),
            _ => return Err(wrong("neither a fixed amount nor a ratio")),
        };
        Ok(Self {
            id: row.id,
            platform: row.platform_id.into(),
            payee: row.payee_id.into(),
            label: SplitLabel::named(&row.label).ok_or_else(|| wrong("unknown label"))?,
            mode: SplitMode::named(&row.mode).ok_or_else(|| wrong("unknown mode"))?,
            payee_name: row.payee_name,
            share,
            valid_from: BusinessDate(row.valid_from),
        })
    }
}

/// The rules that count on a day, or all there ever were.
pub(super) async fn split_rules(
    conn: &mut PgConnection,
    platform: MerchantId,
    day: Option<BusinessDate>,
) -> Result<Vec<SplitRule>, MerchantError> {
    let rows = sqlx::query_as!(
        SplitRow,
        "SELECT s.id, s.platform_id, s.payee_id, p.name AS payee_name, s.label, s.fixed_minor,
                s.ratio_ppm, s.mode, s.valid_from
         FROM split_rules s JOIN merchants p ON p.id = s.payee_id
         WHERE s.platform_id = $1
           AND ($2::date IS NULL OR s.valid_from = (
                SELECT max(l.valid_from) FROM split_rules l
                WHERE l.platform_id = s.platform_id AND l.payee_id = s.payee_id
                  AND l.label = s.label AND l.valid_from <= $2))
         ORDER BY s.label, s.valid_from DESC, s.id",
        Uuid::from(platform),
        day.map(|day| day.0),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(SplitRule::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn by_code(
    conn: &mut PgConnection,
    code: &str,
) -> Result<Option<MerchantId>, MerchantError> {
    let id = sqlx::query_scalar!("SELECT id FROM merchants WHERE code = $1", code)
        .fetch_optional(conn)
        .await?;
    Ok(id.map(MerchantId))
}

pub(super) async fn code_of(
    conn: &mut PgConnection,
    id: MerchantId,
) -> Result<Option<String>, MerchantError> {
    let code = sqlx::query_scalar!("SELECT code FROM merchants WHERE id = $1", Uuid::from(id))
        .fetch_optional(conn)
        .await?;
    Ok(code)
}

pub(super) async fn seller_on(
    conn: &mut PgConnection,
    platform: MerchantId,
    code: &str,
) -> Result<Option<MerchantId>, MerchantError> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM merchants
         WHERE code = $2 AND platform_id = $1 AND kind = 'supplier' AND status = 'active'",
        Uuid::from(platform),
        code,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(MerchantId))
}

pub(super) async fn api_keys(
    conn: &mut PgConnection,
    key_ids: &[&str],
) -> Result<HashMap<String, (MerchantId, Vec<u8>)>, MerchantError> {
    let rows = sqlx::query!(
        "SELECT k.key_id, k.merchant_id, k.secret_hash
         FROM merchant_api_keys k JOIN merchants m ON m.id = k.merchant_id
         WHERE k.key_id = ANY($1) AND k.active AND m.status <> 'closed'",
        key_ids as _,
    )
    .fetch_all(conn)
    .await?;
    let found = rows.into_iter().map(|row| (row.key_id, (row.merchant_id.into(), row.secret_hash)));
    Ok(found.collect())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    id: MerchantId,
    new: &NewMerchant,
) -> Result<(), MerchantError> {
    sqlx::query!(
        "INSERT INTO merchants
            (id, code, name, kind, platform_id, status, settlement_cycle_days,
             settlement_account_no, settlement_account_name, settlement_bank, created_at)
         VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, $8, $9, $10)",
        Uuid::from(id),
        new.code,
        new.name,
        new.kind.name(),
        new.platform.map(Uuid::from),
        i32::from(new.settlement_cycle_days),
        new.settlement_account.account_no,
        new.settlement_account.account_name,
        new.settlement_account.bank,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Registers another settlement account, which cools from now on.
pub(super) async fn set_account(
    conn: &mut PgConnection,
    merchant: MerchantId,
    (account, now): (&SettlementAccount, OffsetDateTime),
) -> Result<(), MerchantError> {
    sqlx::query!(
        "UPDATE merchants SET settlement_account_no = $2, settlement_account_name = $3,
                settlement_bank = $4, settlement_account_since = $5
         WHERE id = $1",
        Uuid::from(merchant),
        account.account_no,
        account.account_name,
        account.bank,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn set_product(
    conn: &mut PgConnection,
    merchant: MerchantId,
    product: Product,
    enabled: bool,
) -> Result<(), MerchantError> {
    sqlx::query!(
        "INSERT INTO merchant_products (merchant_id, product, enabled) VALUES ($1, $2, $3)
         ON CONFLICT (merchant_id, product) DO UPDATE SET enabled = excluded.enabled",
        Uuid::from(merchant),
        product.name(),
        enabled,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_split_rule(
    conn: &mut PgConnection,
    office: &Office,
    rule: &NewSplitRule,
) -> Result<(), MerchantError> {
    let (fixed, ratio) = match rule.share {
        SplitShare::Fixed(amount) => (Some(amount.minor()), None),
        SplitShare::Ratio(rate) => (None, Some(rate.ppm())),
    };
    sqlx::query!(
        "INSERT INTO split_rules
            (id, platform_id, payee_id, label, fixed_minor, ratio_ppm, mode, valid_from)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT ON CONSTRAINT split_rules_one_per_label DO NOTHING",
        office.new_id(),
        Uuid::from(rule.platform),
        Uuid::from(rule.payee),
        rule.label.name(),
        fixed,
        ratio,
        rule.mode.name(),
        rule.valid_from.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn set_status(
    conn: &mut PgConnection,
    merchant: MerchantId,
    status: MerchantStatus,
) -> Result<(), MerchantError> {
    sqlx::query!(
        "UPDATE merchants SET status = $2 WHERE id = $1",
        Uuid::from(merchant),
        status.name(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_api_key(
    conn: &mut PgConnection,
    office: &Office,
    merchant: MerchantId,
    (key_id, secret_hash): (&str, &[u8]),
) -> Result<(), MerchantError> {
    sqlx::query!(
        "INSERT INTO merchant_api_keys (key_id, merchant_id, secret_hash, created_at)
         VALUES ($1, $2, $3, $4)",
        key_id,
        Uuid::from(merchant),
        secret_hash,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}
