//! Carry-over (跨日): a record of ours near the cut that the file of its day lacks waits as expected
//! (存疑), is matched by a later file, and becomes an error item only when it has waited too long.
//!
//! What waits, and what stands in the neighbouring file, is explained; so are refunds the channel
//! has not worked off, and days on which the channel's rail does not clear.

mod aging;
mod store;

pub(in crate::reconciliation) use aging::conclude as conclude_waiting;
pub(in crate::reconciliation) use store::{forget as forget_waiting, waiting};

use super::sides::Match;
use crate::channels;
use crate::error_items;
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use domain::account::AccountRef;
use domain::calendar::Calendar;
use domain::channel::Rail;
use domain::date::BusinessDate;
use domain::error_item::{Cause, Difference, Leg};
use domain::ids::ReconciliationId;
use domain::matching::rules::{MatchingRules, RulesVersion};
use domain::matching::{Direction, Verdict};
use domain::reconciliation::{Explanation, RunScope};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use store::{Expected, Waiting};
use time::{Time, UtcOffset};
use uuid::Uuid;

/// Records sent to the database at a time.
const BATCH: usize = 2_000;

/// What is needed to say whether a difference explains itself.
pub(super) struct Context<'a> {
    scope: &'a RunScope,
    rules: &'a MatchingRules,
    cut: (Time, UtcOffset),
    calendar: &'a Calendar,
    clears_on_holidays: bool,
}

/// What explains a difference, and until when it may wait if it has not cleared yet.
type Explained = (Explanation, Option<BusinessDate>);

impl<'a> Context<'a> {
    /// The context of a channel's day; none for legs without a channel.
    pub(super) async fn of(
        conn: &mut PgConnection,
        office: &'a Office,
        (scope, rules): (&'a RunScope, &'a RulesVersion),
    ) -> Result<Option<Self>, ReconciliationError> {
        if scope.leg != Leg::GatewayBank {
            return Ok(None);
        }
        let Some(channel) = channels::by_code(conn, &scope.of).await? else { return Ok(None) };
        Ok(Some(Self {
            scope,
            rules: &rules.rules,
            cut: (channel.cut_time, office.settings.zone.0),
            calendar: &office.settings.calendar,
            clears_on_holidays: matches!(channel.rail, Rail::Unionpay | Rail::Nucc),
        }))
    }

    /// What explains a finding by itself.
    pub(super) fn explain(&self, found: &Match) -> Option<Explained> {
        if found.verdict == Verdict::Matched {
            let same = found.ours == found.theirs;
            let tolerated = if same { Explanation::Fee } else { Explanation::Tolerance };
            return found.tolerated.then_some((tolerated, None));
        }
        let difference = found.difference.as_ref()?;
        match found.verdict {
            Verdict::Date if self.is_near(difference) && self.is_next(difference) => {
                Some((Explanation::CutOver, None))
            }
            Verdict::OnlyOurs if self.rules.carry_days > 0 => {
                let until = self.calendar.after(self.scope.day, self.rules.carry_days);
                let why = if difference.direction == Direction::Out {
                    Explanation::RefundInFlight
                } else if self.is_near(difference) {
                    Explanation::CutOver
                } else if !self.clears_on_holidays && !self.calendar.is_business_day(self.scope.day)
                {
                    Explanation::Holiday
                } else {
                    return None;
                };
                Some((why, Some(until)))
            }
            _ => None,
        }
    }

    fn is_near(&self, difference: &Difference) -> bool {
        let times = [&difference.ours, &difference.theirs];
        let mut times = times.into_iter().flatten().filter_map(|record| record.event_time);
        times.any(|at| self.rules.near_cut(at, self.cut))
    }

    /// Whether the two clearing dates are no further apart than a record may wait.
    fn is_next(&self, difference: &Difference) -> bool {
        let day = |side: &Option<domain::error_item::RecordView>| {
            side.as_ref().and_then(|record| record.clearing_date)
        };
        let Some((ours, theirs)) = day(&difference.ours).zip(day(&difference.theirs)) else {
            return false;
        };
        let (first, last) = (ours.min(theirs), ours.max(theirs));
        last <= self.calendar.after(first, self.rules.carry_days)
    }
}

/// Explains what explains itself, keeps what may wait, concludes what waited; and appends what has
/// waited too long. Nothing that has an open error item waits.
pub(super) async fn settle(
    conn: &mut PgConnection,
    office: &Office,
    (run, context): (ReconciliationId, &Context<'_>),
    matches: &mut Vec<Match>,
) -> Result<(), ReconciliationError> {
    let scope = context.scope;
    let keys: Vec<String> = matches
        .iter()
        .filter_map(|one| Some(one.difference.as_ref()?.record_key.clone()))
        .collect();
    let waiting: HashMap<String, Waiting> = store::waiting_for(conn, &keys).await?;
    let items: HashSet<String> =
        error_items::open_records(conn, &keys).await?.into_iter().collect();
    let mut told = Told::default();
    for (at, found) in matches.iter_mut().enumerate() {
        let explained = context.explain(found);
        let Some(difference) = &found.difference else {
            (found.explained, found.clears_by) = (explained.map(|(why, _)| why), None);
            continue;
        };
        let key = difference.record_key.as_str();
        let there = waiting.get(key);
        let explained = match (found.verdict, there) {
            (Verdict::Date, Some(_)) => Some((Explanation::CutOver, None)),
            _ => explained,
        };
        match (explained, there) {
            (Some((why, Some(until))), None) if !items.contains(key) => {
                told.wait.push((at, (why, until)));
                (found.explained, found.clears_by) = (Some(why), Some(until));
            }
            (Some((_, Some(_))), Some(there)) if there.clears_by >= scope.day => {
                (found.explained, found.clears_by) = (Some(there.why), Some(there.clears_by));
            }
            (Some((why, None)), there) => {
                found.explained = Some(why);
                told.cleared.push(key.to_owned());
                told.matched.extend(there.map(|there| there.id));
            }
            (_, Some(there)) => told.items.push(there.id),
            (_, None) => {}
        }
    }
    told.keep(conn, office, (run, scope), matches).await?;
    store::withdraw_others(conn, office, (run, scope), &keys).await?;
    matches.extend(overdue(conn, office, (run, scope)).await?);
    Ok(())
}

/// What becomes of records that wait, or begin to.
#[derive(Default)]
struct Told {
    /// Places of those that begin to wait.
    wait: Vec<(usize, (Explanation, BusinessDate))>,
    /// Keys of those that stand in a neighbouring file.
    cleared: Vec<String>,
    /// Those a later file has.
    matched: Vec<Uuid>,
    /// Those that are error items.
    items: Vec<Uuid>,
}

impl Told {
    async fn keep(
        self,
        conn: &mut PgConnection,
        office: &Office,
        of: (ReconciliationId, &RunScope),
        matches: &[Match],
    ) -> Result<(), ReconciliationError> {
        let (run, scope) = of;
        store::matched(conn, office, (&self.matched, run, scope.day)).await?;
        store::became_items(conn, office, (&self.items, Some(run))).await?;
        for wait in self.wait.chunks(BATCH) {
            let records: Vec<Expected<'_>> = wait
                .iter()
                .filter_map(|(at, until)| {
                    let difference = matches.get(*at)?.difference.as_ref()?;
                    Expected::of(office, difference, *until)
                })
                .collect();
            store::insert(conn, office, of, &records).await?;
        }
        let reason = "the trade stands in the bill of a neighbouring clearing date";
        Ok(error_items::close_records(conn, office, (&self.cleared, reason)).await?)
    }
}

/// Records of earlier days that have waited longer than they may.
async fn overdue(
    conn: &mut PgConnection,
    office: &Office,
    (run, scope): (ReconciliationId, &RunScope),
) -> Result<Vec<Match>, ReconciliationError> {
    let waited = store::overdue(conn, scope).await?;
    let ids: Vec<Uuid> = waited.iter().map(|one| one.id).collect();
    store::became_items(conn, office, (&ids, Some(run))).await?;
    waited.into_iter().map(|one| one.overdue(scope)).collect()
}

impl Waiting {
    fn overdue(self, scope: &RunScope) -> Result<Match, ReconciliationError> {
        let amount = match self.direction {
            Direction::In => self.amount.checked_neg()?,
            Direction::Out => self.amount,
        };
        let difference = Difference {
            leg: scope.leg,
            cause: Cause::OnlyInPlatform,
            direction: self.direction,
            channel: Some(scope.of.clone()),
            clearing_date: self.day,
            record_key: self.record_key,
            difference: amount,
            account: Some(AccountRef::due_from_channel(&scope.of)),
            ours: Some(self.view),
            theirs: None,
            links: self.links,
        };
        Ok(Match {
            verdict: Verdict::OnlyOurs,
            number: self.number,
            ours: Some(self.amount),
            theirs: None,
            links: self.links,
            amount,
            by: None,
            tolerated: false,
            difference: Some(difference),
            explained: None,
            clears_by: None,
        })
    }
}
