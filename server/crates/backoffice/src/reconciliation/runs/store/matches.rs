use super::super::sides::Match;
use crate::explain::Inconsistent;
use crate::reconciliation::ReconciliationError;
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::ids::{ErrorItemId, ReconciliationId};
use domain::matching::{MatchKey, Verdict};
use domain::money::Money;
use domain::page::PageRequest;
use domain::reconciliation::{Explanation, RunMatch, Shown};
use sqlx::PgConnection;
use time::Date;
use uuid::Uuid;

#[expect(clippy::as_conversions, reason = "the query macro takes the cast as the type of an array")]
pub(super) async fn insert(
    conn: &mut PgConnection,
    run: ReconciliationId,
    matches: &[(&Match, Option<ErrorItemId>)],
) -> Result<(), sqlx::Error> {
    let all = || matches.iter().map(|(one, _)| *one);
    let minor = |of: fn(&Match) -> Option<Money>| -> Vec<Option<i64>> {
        all().map(|one| of(one).map(Money::minor)).collect()
    };
    let ids = |of: fn(&Match) -> Option<Uuid>| -> Vec<Option<Uuid>> { all().map(of).collect() };
    let verdicts: Vec<String> = all().map(|one| one.verdict.name().to_owned()).collect();
    let numbers: Vec<String> = all().map(|one| one.number.clone()).collect();
    let ours = minor(|one| one.ours);
    let theirs = minor(|one| one.theirs);
    let amounts: Vec<i64> = all().map(|one| one.amount.minor()).collect();
    let currencies: Vec<String> = all()
        .map(|one| one.theirs.or(one.ours).unwrap_or(Money::cny(0)).currency().code().to_owned())
        .collect();
    let orders = ids(|one| one.links.order.map(Into::into));
    let payments = ids(|one| one.links.payment.map(Into::into));
    let refunds = ids(|one| one.links.refund.map(Into::into));
    let payouts = ids(|one| one.links.payout.map(Into::into));
    let bill_lines = ids(|one| one.links.bill_line.map(Into::into));
    let statement_lines = ids(|one| one.links.statement_line.map(Into::into));
    let items: Vec<Option<Uuid>> = matches.iter().map(|(_, item)| item.map(Uuid::from)).collect();
    let keys: Vec<Option<String>> =
        all().map(|one| one.by.map(|by| by.name().to_owned())).collect();
    let tolerated: Vec<bool> = all().map(|one| one.tolerated).collect();
    let explained: Vec<Option<String>> =
        all().map(|one| one.explained.map(|why| why.name().to_owned())).collect();
    let clears: Vec<Option<Date>> = all().map(|one| one.clears_by.map(|day| day.0)).collect();
    sqlx::query!(
        "INSERT INTO reconciliation_matches
            (run_id, verdict, number, ours_minor, theirs_minor, difference_minor, currency,
             order_id, payment_id, refund_id, payout_id, bill_line_id, statement_line_id,
             error_item_id, matched_by, tolerated, explained, clears_by)
         SELECT $1, m.*
         FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
                     $8::uuid[], $9::uuid[], $10::uuid[], $11::uuid[], $12::uuid[], $13::uuid[],
                     $14::uuid[], $15::text[], $16::bool[], $17::text[], $18::date[]) AS m",
        Uuid::from(run),
        &verdicts,
        &numbers,
        &ours as &[Option<i64>],
        &theirs as &[Option<i64>],
        &amounts,
        &currencies,
        &orders as &[Option<Uuid>],
        &payments as &[Option<Uuid>],
        &refunds as &[Option<Uuid>],
        &payouts as &[Option<Uuid>],
        &bill_lines as &[Option<Uuid>],
        &statement_lines as &[Option<Uuid>],
        &items as &[Option<Uuid>],
        &keys as &[Option<String>],
        &tolerated,
        &explained as &[Option<String>],
        &clears as &[Option<Date>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What a run found besides plain agreement, one page of it; and how much there is.
pub(in super::super) async fn differences(
    conn: &mut PgConnection,
    (run, shown): (ReconciliationId, Shown),
    page: PageRequest,
) -> Result<(Vec<RunMatch>, i64), ReconciliationError> {
    let unexplained = shown == Shown::Unexplained;
    let explained = match shown {
        Shown::By(why) => Some(why.name()),
        Shown::All | Shown::Unexplained => None,
    };
    let rows = sqlx::query!(
        r#"SELECT m.id, m.verdict, m.number, m.ours_minor, m.theirs_minor, m.currency, m.order_id,
                  m.payment_id, m.refund_id, m.bill_line_id, m.error_item_id, m.matched_by,
                  m.tolerated, m.explained, m.clears_by, r.leg AS "born_in?",
                  count(*) OVER () AS "total!"
           FROM reconciliation_matches m
           LEFT JOIN error_items i ON i.id = m.error_item_id
           LEFT JOIN error_items r ON r.id = i.parent_id
           WHERE m.run_id = $1
             AND (m.verdict <> 'matched' OR m.tolerated OR m.explained IS NOT NULL
                  OR m.matched_by IS NOT NULL)
             AND (NOT $2::bool OR (m.explained IS NULL AND m.verdict <> 'matched'))
             AND ($3::text IS NULL OR m.explained = $3)
           ORDER BY m.explained NULLS FIRST, m.id LIMIT $4 OFFSET $5"#,
        Uuid::from(run),
        unexplained,
        explained,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let mut matches = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |what: &str| Inconsistent::new("reconciliation_matches", row.id, what);
        let currency = row.currency.parse().map_err(|_| wrong("currency"))?;
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency));
        matches.push(RunMatch {
            verdict: Verdict::named(&row.verdict).ok_or_else(|| wrong("verdict"))?,
            ours: money(row.ours_minor),
            theirs: money(row.theirs_minor),
            number: row.number,
            order: row.order_id.map(Into::into),
            payment: row.payment_id.map(Into::into),
            refund: row.refund_id.map(Into::into),
            bill_line: row.bill_line_id.map(Into::into),
            error_item: row.error_item_id.map(Into::into),
            by: row.matched_by.as_deref().and_then(MatchKey::named),
            tolerated: row.tolerated,
            explained: row.explained.as_deref().and_then(Explanation::named),
            clears_by: row.clears_by.map(BusinessDate),
            born_in: row.born_in.as_deref().and_then(Leg::named),
        });
    }
    Ok((matches, total))
}
