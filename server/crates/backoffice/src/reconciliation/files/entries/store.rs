use super::Entry;
use crate::explain::Inconsistent;
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use domain::date::BusinessDate;
use domain::ids::{FileId, MerchantId, OrderId, PaymentId};
use domain::money::{Currency, Money};
use domain::page::PageRequest;
use domain::source_file::{self, EntryEffect};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

#[expect(clippy::as_conversions, reason = "the query macro takes the cast as the type of an array")]
pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (file, from): (FileId, i64),
    entries: &[Entry],
) -> Result<(), sqlx::Error> {
    let text = |of: fn(&Entry) -> &String| -> Vec<String> {
        entries.iter().map(|entry| of(entry).clone()).collect()
    };
    let maybe = |of: fn(&Entry) -> &Option<String>| -> Vec<Option<String>> {
        entries.iter().map(|entry| of(entry).clone()).collect()
    };
    let money = |of: fn(&Entry) -> Option<Money>| -> Vec<Option<i64>> {
        entries.iter().map(|entry| of(entry).map(Money::minor)).collect()
    };
    let id =
        |of: fn(&Entry) -> Option<Uuid>| -> Vec<Option<Uuid>> { entries.iter().map(of).collect() };
    let currencies: Vec<Option<String>> = entries.iter().map(currency).collect();
    let zone = office.settings.zone.0;
    let times: Vec<Option<OffsetDateTime>> =
        entries.iter().map(|entry| entry.at.map(|at| at.assume_offset(zone))).collect();
    let days: Vec<Option<Date>> = entries.iter().map(|entry| entry.day.map(|day| day.0)).collect();
    let effects: Vec<Option<String>> = entries
        .iter()
        .map(|entry| entry.about.effect.map(|effect| effect.name().to_owned()))
        .collect();
    sqlx::query!(
        "INSERT INTO file_entries
            (file_id, line, what, number, other_no, currency, amount_minor, fee_minor,
             balance_minor, status, reason, event_time, day, party, remark, effect, payout_id,
             bill_line_id, error_item_id)
         SELECT $1, $2 + r.place - 1, r.what, r.number, r.other_no, r.currency, r.amount, r.fee,
                r.balance, r.status, r.reason, r.at, r.day, r.party, r.remark, r.effect, r.payout,
                r.bill_line, r.item
         FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
                     $9::bigint[], $10::text[], $11::text[], $12::timestamptz[], $13::date[],
                     $14::text[], $15::text[], $16::text[], $17::uuid[], $18::uuid[], $19::uuid[])
              WITH ORDINALITY
              AS r (what, number, other_no, currency, amount, fee, balance, status, reason, at,
                    day, party, remark, effect, payout, bill_line, item, place)",
        Uuid::from(file),
        from,
        &text(|entry| &entry.what),
        &text(|entry| &entry.number),
        &text(|entry| &entry.other_no),
        &currencies as &[Option<String>],
        &money(|entry| entry.amount) as &[Option<i64>],
        &money(|entry| entry.fee) as &[Option<i64>],
        &money(|entry| entry.balance) as &[Option<i64>],
        &maybe(|entry| &entry.status) as &[Option<String>],
        &maybe(|entry| &entry.reason) as &[Option<String>],
        &times as &[Option<OffsetDateTime>],
        &days as &[Option<Date>],
        &maybe(|entry| &entry.party) as &[Option<String>],
        &text(|entry| &entry.text),
        &effects as &[Option<String>],
        &id(|entry| entry.about.payout.map(Uuid::from)) as &[Option<Uuid>],
        &id(|entry| entry.about.bill_line.map(Uuid::from)) as &[Option<Uuid>],
        &id(|entry| entry.about.error_item.map(Uuid::from)) as &[Option<Uuid>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn currency(entry: &Entry) -> Option<String> {
    let money = entry.amount.or(entry.fee).or(entry.balance)?;
    Some(money.currency().code().to_owned())
}

/// The payment a row of a bill names.
pub(super) struct Named {
    pub payment: PaymentId,
    pub order: OrderId,
    pub merchant: MerchantId,
}

/// The payment of a channel with this number.
pub(super) async fn payment(
    conn: &mut PgConnection,
    (channel, number): (&str, &str),
) -> Result<Option<Named>, sqlx::Error> {
    let found = sqlx::query!(
        "SELECT id, order_id, merchant_id FROM payments WHERE number = $2 AND channel = $1",
        channel,
        number,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| Named {
        payment: row.id.into(),
        order: row.order_id.into(),
        merchant: row.merchant_id.into(),
    }))
}

pub(in super::super) async fn page(
    conn: &mut PgConnection,
    file: FileId,
    page: PageRequest,
) -> Result<Vec<source_file::Entry>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT line, what, number, other_no, currency, amount_minor, fee_minor, balance_minor,
                status, reason, event_time, day, party, remark, effect, payout_id, bill_line_id,
                error_item_id
         FROM file_entries WHERE file_id = $1 ORDER BY line LIMIT $2 OFFSET $3",
        Uuid::from(file),
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |_| Inconsistent::new("file_entries", Uuid::from(file), "currency");
        let currency: Option<Currency> =
            row.currency.as_deref().map(str::parse).transpose().map_err(wrong)?;
        let money =
            |minor: Option<i64>| currency.zip(minor).map(|(of, minor)| Money::new(minor, of));
        entries.push(source_file::Entry {
            line: row.line,
            what: row.what,
            number: row.number,
            other_no: row.other_no,
            amount: money(row.amount_minor),
            fee: money(row.fee_minor),
            balance: money(row.balance_minor),
            status: row.status,
            reason: row.reason,
            at: row.event_time,
            day: row.day.map(BusinessDate),
            party: row.party,
            text: row.remark,
            effect: row.effect.as_deref().and_then(EntryEffect::named),
            payout: row.payout_id.map(Into::into),
            bill_line: row.bill_line_id.map(Into::into),
            error_item: row.error_item_id.map(Into::into),
        });
    }
    Ok(entries)
}
