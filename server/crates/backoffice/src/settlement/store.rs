use super::SettlementError;
use super::plan::{NewLine, Plan};
use crate::explain::Inconsistent;
use crate::office::Office;
use domain::date::BusinessDate;
use domain::ids::{MerchantId, SettlementId};
use domain::matching::rules::SettlementMode;
use domain::merchant::SplitRule;
use domain::money::{Currency, Money};
use domain::settlement::Figures;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::Date;
use uuid::Uuid;

/// Payments settled in one transaction and one journal, at most.
const PART: i64 = 4_000;

/// A merchant with unsettled payments.
#[derive(Debug, Clone)]
pub(super) struct Merchant {
    pub id: MerchantId,
    pub name: String,
    pub cycle_days: u16,
}

/// A payment to be settled.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub payment: Uuid,
    pub merchant_order_no: String,
    pub seller: Option<MerchantId>,
    pub figures: Figures,
    /// Where reconciliation has come with it.
    pub standing: Standing,
}

/// Where reconciliation has come with a payment, for the settlement mode of its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// When the channel's payments are settled.
    pub mode: SettlementMode,
    /// Whether its clearing date was reconciled.
    pub reconciled: bool,
    /// Whether it is known not to match: an open error item, or it waits for the next file.
    pub unmatched: bool,
}

/// The days of a settlement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    pub clearing: BusinessDate,
    pub due: BusinessDate,
    pub accounting: BusinessDate,
}

/// Merchants and clearing dates with unsettled payments, in order.
pub(super) async fn unsettled(
    conn: &mut PgConnection,
) -> Result<Vec<(Merchant, BusinessDate)>, SettlementError> {
    let rows = sqlx::query!(
        r#"SELECT DISTINCT m.id, m.name, m.settlement_cycle_days,
                  p.clearing_date AS "clearing_date!"
           FROM payments p JOIN merchants m ON m.id = p.merchant_id
           WHERE p.state = 'succeeded' AND p.settlement_id IS NULL AND p.top_up IS NULL
           ORDER BY m.id, p.clearing_date"#,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let cycle_days = u16::try_from(row.settlement_cycle_days)
                .map_err(|e| Inconsistent::new("merchants", row.id, e))?;
            let merchant = Merchant { id: row.id.into(), name: row.name, cycle_days };
            Ok((merchant, BusinessDate(row.clearing_date)))
        })
        .collect()
}

/// Keeps others from settling this merchant until the transaction ends.
pub(super) async fn take_turn(
    conn: &mut PgConnection,
    office: &Office,
    merchant: MerchantId,
) -> Result<(), SettlementError> {
    sqlx::query!(
        "INSERT INTO settlement_turns (merchant_id, taken_at) VALUES ($1, $2)
         ON CONFLICT (merchant_id) DO UPDATE SET taken_at = EXCLUDED.taken_at",
        Uuid::from(merchant),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The next part of a merchant's unsettled payments of some clearing dates, held.
pub(super) async fn items(
    conn: &mut PgConnection,
    merchant: MerchantId,
    (clearing_dates, after): (&[BusinessDate], Option<Uuid>),
) -> Result<Vec<Item>, SettlementError> {
    let dates: Vec<Date> = clearing_dates.iter().map(|day| day.0).collect();
    let rows = sqlx::query!(
        r#"SELECT p.id, o.merchant_order_no, o.seller_id, p.amount_minor, p.fee_minor, p.currency,
                  (SELECT COALESCE(sum(r.amount_minor), 0)::bigint FROM refunds r
                   WHERE r.payment_id = p.id AND r.taken_from = '2241.02') AS "refunds!",
                  (SELECT COALESCE(sum(r.fee_back_minor), 0)::bigint FROM refunds r
                   WHERE r.payment_id = p.id AND r.fee_back_to = '2241.02') AS "fees_back!",
                  COALESCE((SELECT m.settlement FROM matching_rules m
                            WHERE m.channel = p.channel AND m.valid_from <= p.clearing_date
                              AND (m.valid_to IS NULL OR m.valid_to >= p.clearing_date)
                            ORDER BY m.version DESC LIMIT 1), 'before_advancing') AS "mode!",
                  EXISTS (SELECT FROM reconciliation_runs n
                          WHERE n.leg = 'gateway_bank' AND n.scope = p.channel
                            AND n.day = p.clearing_date AND n.state IN ('completed', 'forced'))
                      AS "reconciled!",
                  (EXISTS (SELECT FROM error_items e
                           WHERE e.payment_id = p.id AND e.leg = 'gateway_bank'
                             AND e.refund_id IS NULL AND e.state NOT IN
                               ('executed', 'verified', 'closed', 'auto_resolved'))
                   OR EXISTS (SELECT FROM expected_records x
                              WHERE x.payment_id = p.id AND x.refund_id IS NULL
                                AND x.state = 'waiting')) AS "unmatched!"
           FROM payments p JOIN orders o ON o.id = p.order_id
           WHERE p.merchant_id = $1 AND p.clearing_date = ANY($2) AND p.state = 'succeeded'
             AND p.settlement_id IS NULL AND p.top_up IS NULL
             AND ($3::uuid IS NULL OR p.id > $3)
           ORDER BY p.id LIMIT $4 FOR UPDATE OF p"#,
        Uuid::from(merchant),
        &dates,
        after,
        PART,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency: Currency =
                row.currency.parse().map_err(|e| Inconsistent::new("payments", row.id, e))?;
            let money = |minor| Money::new(minor, currency);
            let figures = Figures {
                payments: money(row.amount_minor),
                fees: money(row.fee_minor),
                refunds: money(row.refunds),
                fees_back: money(row.fees_back),
                splits: money(0),
            };
            Ok(Item {
                payment: row.id,
                merchant_order_no: row.merchant_order_no,
                seller: row.seller_id.map(MerchantId),
                figures,
                standing: Standing {
                    mode: SettlementMode::named(&row.mode)
                        .ok_or_else(|| Inconsistent::new("matching_rules", row.id, "mode"))?,
                    reconciled: row.reconciled,
                    unmatched: row.unmatched,
                },
            })
        })
        .collect()
}

/// Why parties of the payments cannot be settled to, for those that cannot.
pub(super) async fn inactive(
    conn: &mut PgConnection,
    items: &[Item],
    rules: &[SplitRule],
) -> Result<BTreeMap<MerchantId, String>, SettlementError> {
    let sellers = items.iter().filter_map(|item| item.seller);
    let payees = rules.iter().map(|rule| rule.payee);
    let parties: Vec<Uuid> = sellers.chain(payees).map(Uuid::from).collect();
    let payments: Vec<Uuid> = items.iter().map(|item| item.payment).collect();
    let rows = sqlx::query!(
        "SELECT m.id, m.code, m.name, m.status FROM merchants m
         WHERE m.status <> 'active'
           AND (m.id = ANY($1)
                OR m.id IN (SELECT p.merchant_id FROM payments p WHERE p.id = ANY($2)))",
        &parties,
        &payments,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (MerchantId(row.id), format!("{} {} is {}", row.code, row.name, row.status)))
        .collect())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (id, merchant): (SettlementId, MerchantId),
    (plan, days): (&Plan, Days),
) -> Result<(), SettlementError> {
    let figures = plan.figures;
    sqlx::query!(
        "INSERT INTO settlements
            (id, merchant_id, clearing_date, due_date, accounting_date, state, currency,
             payment_count, payments_minor, fees_minor, refunds_minor, fees_back_minor,
             splits_minor, created_at)
         VALUES ($1, $2, $3, $4, $5, 'settled', $6, $7, $8, $9, $10, $11, $12, $13)",
        Uuid::from(id),
        Uuid::from(merchant),
        days.clearing.0,
        days.due.0,
        days.accounting.0,
        figures.payments.currency().code(),
        i64::try_from(plan.settled.len()).unwrap_or(i64::MAX),
        figures.payments.minor(),
        figures.fees.minor(),
        figures.refunds.minor(),
        figures.fees_back.minor(),
        figures.splits.minor(),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_lines(
    conn: &mut PgConnection,
    id: SettlementId,
    lines: &[NewLine],
) -> Result<(), SettlementError> {
    let column = |of: fn(&NewLine) -> String| lines.iter().map(of).collect::<Vec<String>>();
    let payments: Vec<Uuid> = lines.iter().map(|line| line.payment).collect();
    let from: Vec<Option<Uuid>> =
        lines.iter().map(|line| line.from.merchant.map(Uuid::from)).collect();
    let to: Vec<Option<Uuid>> = lines.iter().map(|line| line.to.merchant.map(Uuid::from)).collect();
    let amounts: Vec<i64> = lines.iter().map(|line| line.amount.minor()).collect();
    sqlx::query!(
        "INSERT INTO settlement_lines
            (settlement_id, payment_id, label, from_code, from_merchant, to_code, to_merchant,
             amount_minor, currency, journal_key)
         SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[],
                                  $7::uuid[], $8::bigint[], $9::text[], $10::text[])",
        Uuid::from(id),
        &payments,
        &column(|line| line.label.clone()),
        &column(|line| line.from.code.to_owned()),
        &from as _,
        &column(|line| line.to.code.to_owned()),
        &to as _,
        &amounts,
        &column(|line| line.amount.currency().code().to_owned()),
        &column(|line| line.journal_key.clone()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn mark_settled(
    conn: &mut PgConnection,
    office: &Office,
    id: SettlementId,
    plan: &Plan,
) -> Result<(), SettlementError> {
    let payments: Vec<Uuid> = plan.settled.iter().map(|settled| settled.item.payment).collect();
    let result = sqlx::query!(
        "UPDATE payments SET settlement_id = $1, updated_at = $3
         WHERE id = ANY($2) AND settlement_id IS NULL",
        Uuid::from(id),
        &payments,
        office.now(),
    )
    .execute(conn)
    .await?;
    if usize::try_from(result.rows_affected()) == Ok(payments.len()) {
        Ok(())
    } else {
        Err(Inconsistent::new("settlements", id, "a payment was settled before").into())
    }
}

/// The last settlement that put something on an active merchant's balances.
pub(super) async fn latest_settlement(
    conn: &mut PgConnection,
    merchant: MerchantId,
) -> Result<Option<SettlementId>, SettlementError> {
    let id = sqlx::query_scalar!(
        r#"SELECT s.id FROM settlements s JOIN merchants m ON m.id = $1 AND m.status = 'active'
           WHERE s.merchant_id = $1
              OR s.id = (SELECT max(l.settlement_id::text)::uuid FROM settlement_lines l
                         WHERE l.to_merchant = $1)
           ORDER BY s.id DESC LIMIT 1"#,
        Uuid::from(merchant),
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(SettlementId))
}

/// Notes the payments that were settled although they are known not to match, 垫付.
pub(super) async fn note_advances(
    conn: &mut PgConnection,
    office: &Office,
    settlement: SettlementId,
    advanced: &[&Item],
) -> Result<(), sqlx::Error> {
    let payments: Vec<Uuid> = advanced.iter().map(|item| item.payment).collect();
    let amounts: Vec<i64> = advanced.iter().map(|item| item.figures.payments.minor()).collect();
    sqlx::query!(
        "INSERT INTO settlement_advances (payment_id, settlement_id, amount_minor, advanced_at)
         SELECT a.payment, $1, a.amount, $2
         FROM unnest($3::uuid[], $4::bigint[]) AS a (payment, amount)",
        Uuid::from(settlement),
        office.now(),
        &payments,
        &amounts,
    )
    .execute(conn)
    .await?;
    Ok(())
}
