//! The money itself (资金核对): each line of a bank statement is explained, or becomes an error item.
//!
//! A debit that carries a payout's number completes the payout; a credit that brings one back
//! returns it; a credit that names a channel and a clearing date is the channel paying over what it
//! cleared (journal entry 4). What the line says is booked as it is; what it should have said is
//! the error item.

mod postings;
mod settlement;
mod store;

use super::life::{self, Conclusion};
use super::sides::{Match, Record};
use super::{hash, records_input};
use crate::audit::Who;
use crate::office::Office;
use crate::payouts::{self, Evidence, PayoutError};
use crate::reconciliation::{ReconciliationError, files};
use crate::reserve;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::error_item::{Cause, Difference, Links, RecordView, record_key};
use domain::ids::ReconciliationId;
use domain::matching::rules::RulesVersion;
use domain::matching::{Direction, Finding, Reconcilable, Standing, Verdict, compare};
use domain::money::Money;
use domain::reconciliation::{Explanation, RunScope};
use domain::reserve::ReserveAccount;
use domain::source_file::{FileKind, StatementUse};
use settlement::Expected;
use sqlx::PgConnection;
use std::collections::HashMap;
use store::Line;
use time::{Duration, OffsetDateTime};

/// What a line can be explained by.
struct Explanations {
    /// Our records, by the key of the line they explain.
    ours: Vec<Record>,
    /// What channels should pay over, by key.
    settlements: HashMap<String, Expected>,
}

/// Explains the lines of an account's statement of a day.
pub(super) async fn run(
    conn: &mut PgConnection,
    office: &Office,
    (scope, rules, who): (&RunScope, &RulesVersion, Who<'_>),
    id: ReconciliationId,
) -> Result<ReconciliationId, ReconciliationError> {
    let statement = files::current(conn, FileKind::Statement, &scope.of, scope.day).await?;
    let statement = statement.ok_or_else(|| ReconciliationError::InputMissing {
        what: FileKind::Statement.name(),
        of: scope.of.clone(),
        day: scope.day,
    })?;
    let account = reserve::account_numbered(conn, &scope.of).await?;
    let cash = reserve::ledger_account(account.purpose);
    let lines = store::lines(conn, statement.id).await?;
    let codes = store::channel_codes(conn).await?;
    let named: Vec<_> =
        lines.iter().map(|line| settlement::named(&line.remittance, &codes)).collect();
    let explanations = explanations(conn, &lines, &named).await?;
    let theirs: Vec<Record> =
        lines.iter().zip(&named).map(|(line, named)| their_record(line, named.as_ref())).collect();
    let name = "payouts and channel funds the statement names".to_owned();
    let inputs = vec![
        records_input("expected", name, &explanations.ours),
        super::file_input(FileKind::Statement, statement),
    ];
    let inputs_hash = hash(&inputs, rules)?;
    if let Some(earlier) = super::store::with_inputs(conn, scope, &inputs_hash).await? {
        super::store::forget(conn, id).await?;
        return Ok(earlier);
    }
    let comparison = compare(&explanations.ours, &theirs)?;
    let mut findings: Vec<&Finding<'_, Record, Record>> = comparison.findings.iter().collect();
    // What left before what came back: a payout can be paid and returned on the same day.
    findings.sort_by_key(|finding| finding.theirs.map(|record| record.direction != Direction::Out));
    let on = (scope, &account, &cash);
    let (matches, matched) = judge(conn, office, on, (&findings, &lines, &explanations)).await?;
    let conclusion = Conclusion {
        id,
        scope,
        rules,
        inputs: &inputs,
        inputs_hash: &inputs_hash,
        totals: &comparison.totals,
        matches: &matches,
        matched,
    };
    life::conclude(conn, office, who, &conclusion).await?;
    Ok(id)
}

/// The account a statement is of, at the bank and in the books.
type Account<'a> = (&'a RunScope, &'a ReserveAccount, &'a AccountRef);

/// Books what explains itself, and says what became of every line: what is kept, and how many lines
/// were matched.
async fn judge(
    conn: &mut PgConnection,
    office: &Office,
    (scope, account, cash): Account<'_>,
    (findings, lines, explanations): (&[&Finding<'_, Record, Record>], &[Line], &Explanations),
) -> Result<(Vec<Match>, i64), ReconciliationError> {
    let by_place: HashMap<u32, &Line> = lines.iter().map(|line| (line.position(), line)).collect();
    let (mut matches, mut matched) = (Vec::new(), 0);
    for &finding in findings {
        let Some(line) = finding.theirs.and_then(|record| by_place.get(&record.position)) else {
            continue;
        };
        let expected = finding.ours.and_then(|ours| explanations.settlements.get(&ours.key));
        let explained = explain(conn, office, (line, account), (finding, expected)).await?;
        let settled = expected.filter(|_| explained.is_some());
        let verdict = match (explained, finding.verdict) {
            (Some(StatementUse::ReserveDocument), _) => Verdict::Matched,
            (None, Verdict::Matched) => Verdict::OnlyTheirs,
            (_, verdict) => verdict,
        };
        matched += i64::from(verdict == Verdict::Matched);
        let fee = settled.and_then(|settled| settled.fee_kept).filter(|fee| fee.is_positive());
        let found = found(scope, (line, cash), (finding, verdict), settled)?;
        if verdict != Verdict::Matched {
            matches.push(found.clone());
        }
        if let Some(fee) = fee {
            matches.push(Match {
                verdict: Verdict::Matched,
                amount: fee.checked_neg()?,
                difference: None,
                explained: Some(Explanation::Fee),
                ..found
            });
        }
    }
    Ok((matches, matched))
}

/// What our side expects of the lines that name a payout or a channel's clearing date; each once.
async fn explanations(
    conn: &mut PgConnection,
    lines: &[Line],
    named: &[Option<(String, BusinessDate)>],
) -> Result<Explanations, ReconciliationError> {
    let numbers: Vec<String> = lines.iter().filter_map(|line| line.number.clone()).collect();
    let payouts = store::payouts(conn, &numbers).await?;
    let mut ours: HashMap<(String, Direction), Record> = HashMap::new();
    let mut settlements = HashMap::new();
    for (line, named) in lines.iter().zip(named) {
        let payout = line.number.as_ref().and_then(|number| payouts.get(number));
        if let Some(payout) = payout {
            let record = payout.record(line.direction());
            ours.entry((record.key.clone(), record.direction)).or_insert(record);
            continue;
        }
        let Some((channel, day)) = named else { continue };
        if store::settled_by(conn, (channel, *day)).await?.is_some_and(|by| by != line.id) {
            continue;
        }
        let expected = settlement::expected(conn, (channel, *day), line.amount).await?;
        let record = expected.record();
        ours.entry((record.key.clone(), record.direction)).or_insert_with(|| record.clone());
        settlements.entry(record.key).or_insert(expected);
    }
    let mut ours: Vec<Record> = ours.into_values().collect();
    ours.sort_by(|a, b| (&a.key, a.direction).cmp(&(&b.key, b.direction)));
    Ok(Explanations { ours, settlements })
}

fn their_record(line: &Line, named: Option<&(String, BusinessDate)>) -> Record {
    let key = match (&line.number, named) {
        (Some(number), _) if !number.is_empty() => number.clone(),
        (_, Some((channel, day))) => settlement::key(channel, *day),
        _ => line.id.to_string(),
    };
    Record {
        key,
        direction: line.direction(),
        elsewhere: false,
        position: line.position(),
        links: Links { statement_line: Some(line.id), ..Links::default() },
        view: RecordView {
            number: line.number.clone().unwrap_or_else(|| line.remittance.clone()),
            channel_no: line.bank_ref.clone(),
            amount: line.magnitude(),
            fee: None,
            standing: Standing::Success,
            status: line.remittance.clone(),
            event_time: None,
            clearing_date: Some(line.booking_date),
            place: format!("statement line {}", line.line),
        },
    }
}

/// Books what a line is, once. None: nothing explains it.
async fn explain(
    conn: &mut PgConnection,
    office: &Office,
    (line, account): (&Line, &ReserveAccount),
    (finding, expected): (&Finding<'_, Record, Record>, Option<&Expected>),
) -> Result<Option<StatementUse>, ReconciliationError> {
    if let Some(done) = line.explained {
        return Ok(Some(done).filter(|done| *done != StatementUse::ErrorItem));
    }
    let cash = &reserve::ledger_account(account.purpose);
    let evidence = reserve::Evidence {
        line: line.id,
        purpose: account.purpose,
        number: line.number.as_deref(),
        bank_ref: &line.bank_ref,
        amount: line.amount,
        at: booked_at(office, line),
    };
    if reserve::confirm(conn, office, &evidence).await? {
        store::explain(conn, line.id, StatementUse::ReserveDocument, office.now()).await?;
        return Ok(Some(StatementUse::ReserveDocument));
    }
    let explained = match (finding.verdict, finding.ours, expected) {
        (Verdict::Matched | Verdict::Amount, Some(_), Some(expected)) => {
            let day = ledger::days::current(conn).await?.ok_or(ReconciliationError::NoOpenDay)?;
            let posting = postings::arrived(office, line, cash, (expected, day))?;
            ledger::post(conn, &posting).await?;
            store::settle(conn, line.id, (&expected.channel, expected.day), office.now()).await?;
            return Ok(Some(StatementUse::ChannelFunds));
        }
        (Verdict::Matched, Some(ours), None) => payout(conn, office, line, &ours.key).await?,
        _ => None,
    };
    let used = explained.unwrap_or(StatementUse::ErrorItem);
    store::explain(conn, line.id, used, office.now()).await?;
    Ok(explained)
}

/// Completes or returns the payout of a line; none if the payout does not allow it.
async fn payout(
    conn: &mut PgConnection,
    office: &Office,
    line: &Line,
    number: &str,
) -> Result<Option<StatementUse>, ReconciliationError> {
    let evidence = Evidence {
        line: line.id,
        bank_ref: line.bank_ref.clone(),
        amount: line.magnitude(),
        at: booked_at(office, line),
    };
    let (result, explained) = match line.direction() {
        Direction::Out => {
            let result = payouts::complete(conn, office, number, &evidence).await;
            (result, StatementUse::Payout)
        }
        Direction::In => {
            let reason = line.return_reason.as_deref().unwrap_or(&line.remittance);
            let result = payouts::returned(conn, office, number, &evidence, reason).await;
            (result, StatementUse::ReturnedPayout)
        }
    };
    match result {
        Ok(_) => Ok(Some(explained)),
        Err(
            PayoutError::Transition(_)
            | PayoutError::NotFound(_)
            | PayoutError::AmountDiffers { .. },
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Statements say only the day: the end of it, or now.
fn booked_at(office: &Office, line: &Line) -> OffsetDateTime {
    let end = office.settings.zone.start_of(line.booking_date.next());
    office.now().min(end.saturating_sub(Duration::seconds(1)))
}

/// The difference a line leaves open: of a channel's funds what is missing or too much, of any
/// other line all of it.
fn difference(
    scope: &RunScope,
    (line, cash): (&Line, &AccountRef),
    finding: &Finding<'_, Record, Record>,
    settled: Option<&Expected>,
) -> Result<Option<Difference>, ReconciliationError> {
    let Some(theirs) = finding.theirs else { return Ok(None) };
    let (cause, channel, account, difference) = match settled {
        Some(expected) => (
            Cause::FundsAmount,
            Some(expected.channel.clone()),
            AccountRef::due_from_channel(&expected.channel),
            line.amount.checked_sub(expected.amount)?,
        ),
        None => (Cause::UnknownBankLine, None, cash.clone(), theirs.facts().movement()?),
    };
    Ok(Some(Difference {
        leg: scope.leg,
        cause,
        direction: theirs.direction,
        channel,
        clearing_date: scope.day,
        record_key: record_key(scope.leg, &scope.of, theirs.direction, (&line.id.to_string(), 1)),
        difference,
        account: Some(account),
        ours: finding.ours.map(|record| record.view.clone()),
        theirs: Some(theirs.view.clone()),
        links: Links {
            payout: finding.ours.and_then(|record| record.links.payout),
            merchant: finding.ours.and_then(|record| record.links.merchant),
            ..theirs.links
        },
    }))
}

fn found(
    scope: &RunScope,
    (line, cash): (&Line, &AccountRef),
    (finding, verdict): (&Finding<'_, Record, Record>, Verdict),
    settled: Option<&Expected>,
) -> Result<Match, ReconciliationError> {
    let amount = |side: Option<&Record>| -> Option<Money> { side.map(|record| record.view.amount) };
    let links = |side: Option<&Record>| side.map(|record| record.links).unwrap_or_default();
    let number = finding.theirs.or(finding.ours).map(|record| record.view.number.clone());
    let difference = match verdict {
        Verdict::Matched => None,
        _ => difference(scope, (line, cash), finding, settled)?,
    };
    let zero = Money::zero(line.amount.currency());
    Ok(Match {
        verdict,
        number: number.unwrap_or_default(),
        ours: amount(finding.ours),
        theirs: amount(finding.theirs),
        links: Links { payout: links(finding.ours).payout, ..links(finding.theirs) },
        amount: difference.as_ref().map_or(zero, |difference| difference.difference),
        by: finding.by,
        tolerated: false,
        difference,
        explained: None,
        clears_by: None,
    })
}
