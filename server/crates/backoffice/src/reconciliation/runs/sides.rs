//! The records of both sides as the matching sees them, and what it finds turned into differences.

use crate::reconciliation::ReconciliationError;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::error_item::{Cause, Difference, Leg, Links, RecordView, record_key};
use domain::matching::{
    Direction, Facts, Finding, MatchKey, Reconcilable, Standing, Terms, Verdict,
};
use domain::money::{Currency, Money};
use domain::reconciliation::{Explanation, RunScope};
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
            time: self.view.event_time,
            position: self.position,
        }
    }
}

/// A hash of records that does not depend on their order: the sum of the hashes of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Mixture {
    sum: [u64; 4],
    records: i64,
}

impl Mixture {
    pub(super) fn add(&mut self, facts: &Facts<'_>) {
        let mut hash = Sha256::new();
        for text in [facts.number, facts.channel_no, facts.direction.name(), facts.standing.name()]
        {
            hash.update(text.len().to_le_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(facts.amount.minor().to_le_bytes());
        hash.update(facts.amount.currency().code().as_bytes());
        hash.update(facts.fee.map_or(i64::MIN, Money::minor).to_le_bytes());
        hash.update([u8::from(facts.elsewhere)]);
        let digest = hash.finalize();
        for (word, bytes) in self.sum.iter_mut().zip(digest.chunks_exact(8)) {
            let mut eight = [0; 8];
            eight.copy_from_slice(bytes);
            *word = word.wrapping_add(u64::from_le_bytes(eight));
        }
        self.records += 1;
    }

    pub(super) fn records(&self) -> i64 {
        self.records
    }

    pub(super) fn name(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.records.to_le_bytes());
        for word in self.sum {
            hash.update(word.to_le_bytes());
        }
        hex::encode(hash.finalize())
    }
}

/// A hash of records: the same records give the same hash, whatever their order.
pub(super) fn hash(records: &[Record]) -> String {
    let mut mixture = Mixture::default();
    records.iter().for_each(|record| mixture.add(&record.facts()));
    mixture.name()
}

/// A finding as a run keeps it.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pub verdict: Verdict,
    pub number: String,
    pub ours: Option<Money>,
    pub theirs: Option<Money>,
    pub links: Links,
    /// Theirs minus ours, as money towards us.
    pub amount: Money,
    /// By what it was paired, if it was.
    pub by: Option<MatchKey>,
    pub tolerated: bool,
    /// The difference, if it is one.
    pub difference: Option<Difference>,
    /// What explains it; then it is no error.
    pub explained: Option<Explanation>,
    /// Until when it may wait.
    pub clears_by: Option<BusinessDate>,
}

impl Match {
    /// Whether it opens an error item.
    pub(super) fn is_error(&self) -> bool {
        self.difference.is_some() && self.explained.is_none()
    }

    /// Whether it is more than a plain agreement.
    fn says_something(&self, terms: &Terms) -> bool {
        let first = if terms.channel_first() { MatchKey::ChannelNo } else { MatchKey::Number };
        self.verdict != Verdict::Matched
            || self.tolerated
            || self.explained.is_some()
            || self.by.is_some_and(|by| by != first)
    }
}

/// The accounts on which differences of money stand.
pub(super) type AccountOf<'f> = &'f dyn Fn(&Finding<'_, Record, Record>) -> Option<AccountRef>;

/// What the comparison says, besides plain agreement; and how many pairs agree.
pub(super) fn judge(
    scope: &RunScope,
    (channel, terms): (Option<&str>, &Terms),
    findings: &[Finding<'_, Record, Record>],
    account: AccountOf<'_>,
) -> Result<(Vec<Match>, i64), ReconciliationError> {
    let (mut matches, mut matched) = (Vec::new(), 0);
    for finding in findings {
        let Some(some) = finding.theirs.or(finding.ours) else { continue };
        let claims = |side: Option<&Record>| side.is_some_and(|record| record.facts().claims());
        matched += i64::from(
            finding.verdict == Verdict::Matched && (claims(finding.ours) || claims(finding.theirs)),
        );
        let links = links(finding);
        let cause = Cause::of(scope.leg, finding.verdict);
        let difference = cause.map(|cause| -> Result<_, ReconciliationError> {
            Ok(Difference {
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
            })
        });
        let difference = difference.transpose()?;
        let found = Match {
            verdict: finding.verdict,
            number: some.view.number.clone(),
            ours: finding.ours.map(|record| record.view.amount),
            theirs: finding.theirs.map(|record| record.view.amount),
            links,
            amount: match &difference {
                Some(_) if finding.verdict == Verdict::Date => of_the_day(finding)?,
                Some(difference) => difference.difference,
                None => tolerated(finding)?,
            },
            by: finding.by,
            tolerated: finding.tolerated,
            difference,
            explained: None,
            clears_by: None,
        };
        if found.says_something(terms) {
            matches.push(found);
        }
    }
    Ok((matches, matched))
}

/// What a trade that the two sides put under different days adds to the difference of this one.
fn of_the_day(finding: &Finding<'_, Record, Record>) -> Result<Money, ReconciliationError> {
    let here = |side: Option<&Record>| side.filter(|record| !record.elsewhere).cloned();
    let (ours, theirs) = (here(finding.ours), here(finding.theirs));
    let here = Finding { ours: ours.as_ref(), theirs: theirs.as_ref(), ..*finding };
    money(Cause::Amount, &here)
}

/// What a tolerance let pass: of the amounts, or of the fees where only they differ.
fn tolerated(finding: &Finding<'_, Record, Record>) -> Result<Money, ReconciliationError> {
    let some = finding.theirs.or(finding.ours);
    let zero = Money::zero(some.map_or(Currency::Cny, |record| record.view.amount.currency()));
    if !finding.tolerated {
        return Ok(zero);
    }
    let amounts = money(Cause::Amount, finding)?;
    if amounts.is_zero() {
        money(Cause::Fee, finding)?.checked_neg().map_err(Into::into)
    } else {
        Ok(amounts)
    }
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
