//! Payment gateway against a channel's bill (银行外部对帐): payments and refunds of one clearing date,
//! and those the bill names whatever we think of them.
//!
//! Both sides stream through a sieve; only what does not agree at once is loaded whole, together
//! with what the bills of other days say about it.

mod rows;
mod store;

pub(super) use rows::Rows;

use super::sides::{self, Mixture, Record, concerns_money};
use super::{Inputs, Sieved};
use crate::reconciliation::ReconciliationError;
use crate::reconciliation::files::{self, blocks, blocks::BillFile, blocks::Names};
use domain::account::AccountRef;
use domain::error_item::Leg;
use domain::matching::{Direction, Finding, Reconcilable, Sieve, Terms};
use domain::reconciliation::{RunInput, RunScope};
use domain::source_file::FileKind;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Records that may differ before a run is refused: then the two sides do not belong together.
const JUDGED_AT_MOST: usize = 250_000;

/// Our payments and refunds, and the bill's rows.
pub(super) async fn gather(
    conn: &mut PgConnection,
    scope: &RunScope,
    terms: &Terms,
) -> Result<Inputs, ReconciliationError> {
    let (channel, day) = (scope.of.as_str(), scope.day);
    let bill = files::current(conn, FileKind::Bill, channel, day).await?;
    let bill = bill.ok_or_else(|| ReconciliationError::InputMissing {
        what: FileKind::Bill.name(),
        of: channel.to_owned(),
        day,
    })?;
    let (mut sieve, mut mixture) = (Sieve::new(terms.clone()), Mixture::default());
    store::stream_ours(conn, (channel, day), |id, facts| {
        mixture.add(facts);
        Ok(sieve.ours(id, facts)?)
    })
    .await?;
    rows::stream(conn, bill.id, |facts| Ok(sieve.theirs(facts)?)).await?;
    let of = BillFile { id: bill.id, name: bill.name.clone(), day };
    let (ours, judged) = rest(conn, (scope, terms), &of, &mut sieve).await?;
    let mut theirs: Vec<Record> = judged.values().map(|row| rows::record(row, bill.id)).collect();
    theirs.sort_by(|one, other| {
        let place = |one: &Record| (one.elsewhere, one.view.clearing_date, one.position);
        place(one).cmp(&place(other))
    });
    // What the bill names besides the day's own records is an input, too.
    ours.iter().filter(|one| one.elsewhere || !one.facts().claims()).for_each(|one| {
        mixture.add(&one.facts());
    });
    theirs.iter().filter(|one| one.elsewhere).for_each(|one| mixture.add(&one.facts()));
    let (our_sums, their_sums) = sieve.sums();
    let sieved = Sieved { totals: our_sums.against(their_sums), matched: sieve.matched() };
    let inputs = vec![
        RunInput {
            what: "payments".to_owned(),
            file: None,
            name: format!("payments and refunds of {channel}, {day}"),
            sha256: mixture.name(),
            records: mixture.records(),
        },
        super::file_input(FileKind::Bill, bill),
    ];
    let channel = Some(channel.to_owned());
    Ok(Inputs { ours, theirs, inputs, channel, sieved: Some(sieved), judged })
}

/// What has to be judged, whole: what stayed in the sieve, what it names on the other side, and
/// what the bills of other days have of it.
async fn rest(
    conn: &mut PgConnection,
    (scope, terms): (&RunScope, &Terms),
    bill: &BillFile,
    sieve: &mut Sieve,
) -> Result<(Vec<Record>, Rows), ReconciliationError> {
    let left = sieve.remaining();
    if left.ours.len() + left.theirs.len() > JUDGED_AT_MOST {
        return Err(ReconciliationError::NothingFits {
            ours: left.ours.len(),
            theirs: left.theirs.len(),
        });
    }
    let place = (scope.of.as_str(), scope.day);
    let mut judged = rows::at_lines(conn, bill, &left.theirs).await?;
    let records = |rows: &Rows| -> Vec<Record> {
        rows.values().map(|row| rows::record(row, bill.id)).collect()
    };
    let kept = records(&judged);
    let mut wanted = store::Named::of(&kept, |one| terms.channel_first() || one.key.is_empty());
    wanted.ids = left.ours.iter().map(|id| uuid::Uuid::from_u128(*id)).collect();
    let by_channel_no = terms.channel_first() || !wanted.channel_nos.is_empty();
    let mut ours = store::ours(conn, place, &wanted).await?;
    let names = names_of(&ours, by_channel_no);
    let naming = rows::naming(conn, (place.0, bill), (&ours, &names)).await?;
    judged.extend(naming);
    if terms.channel_first() {
        let more = store::Named::of(&records(&judged), |_| true);
        let known: BTreeSet<_> = ours.iter().map(|one| (one.direction, one.key.clone())).collect();
        let more = store::ours(conn, place, &more).await?;
        ours.extend(
            more.into_iter().filter(|one| !known.contains(&(one.direction, one.key.clone()))),
        );
    }
    ours.iter().for_each(|record| sieve.judge_too(&record.facts()));
    Ok((ours, judged))
}

/// By what the bill's rows may name our records.
fn names_of(ours: &[Record], by_channel_no: bool) -> Names {
    let mut names = Names::default();
    for record in ours {
        let numbers = match record.direction {
            Direction::In => &mut names.order_nos,
            Direction::Out => &mut names.refund_nos,
        };
        numbers.insert(record.key.clone());
        if by_channel_no && !record.view.channel_no.is_empty() {
            names.channel_nos.insert(record.view.channel_no.clone());
        }
    }
    names
}

/// Keeps the rows a run refers to by themselves; those that agreed stay in their blocks.
pub(super) async fn keep(
    conn: &mut PgConnection,
    channel: &str,
    (judged, matches): (&Rows, &[sides::Match]),
) -> Result<(), sqlx::Error> {
    let named: BTreeSet<_> = matches.iter().filter_map(|one| one.links.bill_line).collect();
    let rows: Vec<_> = named.iter().filter_map(|id| judged.get(id)).collect();
    blocks::keep(conn, channel, &rows).await
}

/// Differences of money stand on what the channel owes us.
pub(super) fn account(
    scope: &RunScope,
) -> impl Fn(&Finding<'_, sides::Record, sides::Record>) -> Option<AccountRef> {
    let owed = (scope.leg == Leg::GatewayBank).then(|| AccountRef::due_from_channel(&scope.of));
    let leg = scope.leg;
    move |finding| owed.clone().filter(|_| concerns_money(leg, finding))
}
