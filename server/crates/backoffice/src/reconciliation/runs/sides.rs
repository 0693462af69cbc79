//! The records of both sides as the matching sees them, and what it finds turned into differences.

use crate::reconciliation::ReconciliationError;
use domain::account::AccountRef;
use domain::error_item::{Cause, Difference, Leg, Links, RecordView, record_key};
use domain::matching::{Comparison, Direction, Facts, Finding, Reconcilable, Standing, Verdict};
use domain::money::Money;
use domain::reconciliation::RunScope;
use sha2::{Digest, Sha256};

/// A record of either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// The number it is matched by; the view has the number people know it by.
    pub key: String,
    pub view: RecordView,
    pub direction: Direction,
    pub elsewhere: bool,
    pub position: u32,
    pub links: Links,
}

impl Reconcilable for Record {
    fn facts(&self) -> Facts<'_> {
        Facts {
            number: &self.key,
            channel_no: &self.view.channel_no,
            direction: self.direction,
            amount: self.view.amount,
            standing: self.view.standing,
            fee: self.view.fee,
            elsewhere: self.elsewhere,
            position: self.position,
        }
    }
}

/// A hash of records: the same records give the same hash, whatever their order.
pub(super) fn hash(records: &[Record]) -> String {
    let mut lines: Vec<String> = records
        .iter()
        .map(|record| {
            let view = &record.view;
            format!(
                "{}|{}|{}|{}|{}|{:?}|{}",
                record.key,
                view.channel_no,
                record.direction.name(),
                view.amount,
                view.standing.name(),
                view.fee,
                record.elsewhere,
            )
        })
        .collect();
    lines.sort_unstable();
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    hex::encode(hash.finalize())
}

/// A finding as a run keeps it; `difference` says which of the run's differences it is.
#[derive(Debug)]
pub(super) struct Match {
    pub verdict: Verdict,
    pub number: String,
    pub ours: Option<Money>,
    pub theirs: Option<Money>,
    pub links: Links,
    pub difference: Option<usize>,
}

/// The accounts on which differences of money stand.
pub(super) type AccountOf<'f> = &'f dyn Fn(&Finding<'_, Record, Record>) -> Option<AccountRef>;

/// Every finding, and a difference for each that is no match.
pub(super) fn judge(
    scope: &RunScope,
    channel: Option<&str>,
    comparison: &Comparison<'_, Record, Record>,
    account: AccountOf<'_>,
) -> Result<(Vec<Match>, Vec<Difference>), ReconciliationError> {
    let mut matches = Vec::with_capacity(comparison.findings.len());
    let mut differences = Vec::new();
    for finding in &comparison.findings {
        let Some(some) = finding.theirs.or(finding.ours) else { continue };
        let links = links(finding);
        let cause = Cause::of(scope.leg, finding.verdict);
        if let Some(cause) = cause {
            differences.push(Difference {
                leg: scope.leg,
                cause,
                direction: some.direction,
                channel: channel.map(str::to_owned),
                clearing_date: scope.day,
                record_key: key(scope, finding, some),
                difference: money(cause, finding)?,
                account: account(finding),
                ours: finding.ours.map(|record| record.view.clone()),
                theirs: finding.theirs.map(|record| record.view.clone()),
                links,
            });
        }
        matches.push(Match {
            verdict: finding.verdict,
            number: some.view.number.clone(),
            ours: finding.ours.map(|record| record.view.amount),
            theirs: finding.theirs.map(|record| record.view.amount),
            links,
            difference: cause.map(|_| differences.len() - 1),
        });
    }
    Ok((matches, differences))
}

/// Theirs minus ours towards us; of fees, theirs minus ours.
fn money(
    cause: Cause,
    finding: &Finding<'_, Record, Record>,
) -> Result<Money, ReconciliationError> {
    if cause == Cause::Fee {
        let fee = |side: Option<&Record>| side.and_then(|record| record.view.fee);
        if let Some((ours, theirs)) = fee(finding.ours).zip(fee(finding.theirs)) {
            return Ok(theirs.checked_sub(ours)?);
        }
    }
    let movement = |side: Option<&Record>| side.map(|record| record.facts().movement()).transpose();
    Ok(match (movement(finding.ours)?, movement(finding.theirs)?) {
        (None, Some(theirs)) => theirs,
        (Some(ours), None) => ours.checked_neg()?,
        (Some(ours), Some(theirs)) if ours.currency() == theirs.currency() => {
            theirs.checked_sub(ours)?
        }
        // In two currencies nothing can be subtracted: all of theirs is open.
        (_, theirs) => theirs.unwrap_or(Money::cny(0)),
    })
}

fn key(scope: &RunScope, finding: &Finding<'_, Record, Record>, some: &Record) -> String {
    let ours = finding.ours.map(|record| record.key.as_str()).filter(|key| !key.is_empty());
    let line = format!("{} line {}", scope.day, some.position);
    let candidates = [ours.unwrap_or(&some.key), &some.view.channel_no, &line];
    let name = candidates.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    record_key(scope.leg, &scope.of, some.direction, (name, finding.occurrence))
}

fn links(finding: &Finding<'_, Record, Record>) -> Links {
    let none = Links::default();
    let ours = finding.ours.map_or(none, |record| record.links);
    let theirs = finding.theirs.map_or(none, |record| record.links);
    Links {
        merchant: ours.merchant.or(theirs.merchant),
        order: ours.order.or(theirs.order),
        payment: ours.payment.or(theirs.payment),
        refund: ours.refund.or(theirs.refund),
        payout: ours.payout.or(theirs.payout),
        bill_line: ours.bill_line.or(theirs.bill_line),
        statement_line: ours.statement_line.or(theirs.statement_line),
    }
}

/// Whether a finding of this leg is about money at a channel: not a mere date.
pub(super) fn concerns_money(leg: Leg, finding: &Finding<'_, Record, Record>) -> bool {
    leg == Leg::GatewayBank && finding.verdict != Verdict::Date
}

/// A bill's fee in hundred-thousandths of the major unit, rounded half up to minor units as
/// channels do.
pub(super) fn fee(fee_e5: i64, gross: Money) -> Money {
    let half = if fee_e5 < 0 { -500 } else { 500 };
    Money::new((fee_e5.saturating_add(half)) / 1_000, gross.currency())
}

/// How far our side says a thing got, by the stored name of its state.
pub(super) fn our_standing(state: &str) -> Standing {
    match state {
        "succeeded" | "paid" | "refunded" => Standing::Success,
        "failed" | "rejected" | "closed" => Standing::Failed,
        _ => Standing::Pending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_rounded_half_up_to_minor_units() {
        let gross = Money::cny(1);
        for (fee_e5, fen) in [(24_000, 24), (500, 1), (499, 0), (-24_000, -24), (-500, -1)] {
            assert_eq!(fee(fee_e5, gross), Money::cny(fen), "{fee_e5}");
        }
    }
}
