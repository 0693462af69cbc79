//! From what a person typed to a document.

use super::api::{LineSketch, Sketch, refused};
use crate::failure::Failure;
use domain::account::{AccountRef, ChartBalance, OwnerKind};
use domain::adjustment::{
    AdjustmentDetail, AdjustmentLine, AdjustmentRequest, AdjustmentState, Baseline, Reason,
    Recurrence, RecurringTemplate, Template, TemplateParties, reversed,
};
use domain::ids::{AdjustmentId, JournalId, MerchantId};
use domain::money::{Currency, Money};
use std::collections::BTreeMap;

/// What a sketch is read against.
pub(super) struct Known {
    /// The id the document gets.
    pub(super) id: AdjustmentId,
    /// The chart of accounts.
    pub(super) chart: Vec<ChartBalance>,
    /// Those of the merchants the sketch may mean that exist, by number.
    pub(super) merchants: BTreeMap<String, MerchantId>,
    /// The saved template the sketch names.
    pub(super) template: Option<RecurringTemplate>,
    /// The document the sketch undoes.
    pub(super) undone: Option<AdjustmentDetail>,
}

impl Known {
    /// The merchant with this number.
    fn merchant(&self, field: &str, number: &str) -> Result<MerchantId, Failure> {
        let merchant = self.merchants.get(number.trim()).copied();
        merchant.ok_or_else(|| Failure::invalid(field, "no merchant has this number"))
    }
}

/// The merchant numbers a sketch may mean. An owner can also be something else's code.
pub(super) fn numbers(sketch: &Sketch) -> Vec<&str> {
    let owners = sketch.lines.iter().flat_map(|line| [&line.debit_owner, &line.credit_owner]);
    let mut numbers: Vec<_> = [&sketch.merchant]
        .into_iter()
        .chain(owners)
        .map(|number| number.trim())
        .filter(|number| !number.is_empty())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The document a sketch makes.
///
/// # Errors
/// What cannot be read, by field.
pub(super) fn document(sketch: &Sketch, known: &Known) -> Result<AdjustmentRequest, Failure> {
    if let Some(undone) = &known.undone {
        return reversal(sketch, known, undone);
    }
    if let Some(template) = &known.template {
        return recurring(sketch, known, template);
    }
    let baseline = Baseline::named(&sketch.baseline).ok_or_else(|| chosen("baseline"))?;
    let reason = reason(sketch)?;
    let lines = if sketch.template.is_empty() {
        free(sketch, known, reason)?
    } else {
        let template = Template::named(&sketch.template).ok_or_else(|| chosen("template"))?;
        templated(sketch, known, (template, money("amount", &sketch.amount)?))?
    };
    Ok(AdjustmentRequest {
        id: known.id,
        baseline,
        reason,
        evidence: sketch.evidence.trim().to_owned(),
        corrects: corrected(&sketch.corrects)?,
        reverses: None,
        recurring: None,
        lines,
    })
}

/// The document that undoes another: its lines exchanged, linked to its journal.
fn reversal(
    sketch: &Sketch,
    known: &Known,
    undone: &AdjustmentDetail,
) -> Result<AdjustmentRequest, Failure> {
    let journal = match undone.summary.state {
        AdjustmentState::Executed { journal, .. } => Some(journal),
        _ => None,
    };
    Ok(AdjustmentRequest {
        id: known.id,
        baseline: undone.request.baseline,
        reason: reason(sketch)?,
        evidence: sketch.evidence.trim().to_owned(),
        corrects: journal,
        reverses: Some(undone.summary.id),
        recurring: None,
        lines: reversed(&undone.request.lines),
    })
}

/// The document of a month, as its template says.
fn recurring(
    sketch: &Sketch,
    known: &Known,
    template: &RecurringTemplate,
) -> Result<AdjustmentRequest, Failure> {
    let month = sketch.month.trim().parse();
    let month = month.map_err(|error| Failure::invalid("month", error))?;
    let amount = match sketch.amount.trim() {
        "" => None,
        amount => Some(money("amount", amount)?),
    };
    let terms = &template.terms;
    Ok(AdjustmentRequest {
        id: known.id,
        baseline: terms.baseline,
        reason: terms.reason,
        evidence: sketch.evidence.trim().to_owned(),
        corrects: None,
        reverses: None,
        recurring: Some(Recurrence { template: template.id, month }),
        lines: terms.with_amount(amount),
    })
}

fn chosen(field: &str) -> Failure {
    Failure::invalid(field, "choose one of the list")
}

fn reason(sketch: &Sketch) -> Result<Reason, Failure> {
    Reason::named(&sketch.reason).ok_or_else(|| chosen("reason"))
}

fn money(field: &str, text: &str) -> Result<Money, Failure> {
    Money::parse_positive(text.trim(), Currency::Cny)
        .map_err(|error| Failure::invalid(field, error))
}

fn corrected(id: &str) -> Result<Option<JournalId>, Failure> {
    match id.trim() {
        "" => Ok(None),
        id => id
            .parse()
            .map(Some)
            .map_err(|_| Failure::invalid("corrects", "this is not the id of a journal")),
    }
}

fn templated(
    sketch: &Sketch,
    known: &Known,
    (template, amount): (Template, Money),
) -> Result<Vec<AdjustmentLine>, Failure> {
    let mut parties = TemplateParties { merchant: None, channel: None };
    if template.needs_merchant() && !sketch.merchant.trim().is_empty() {
        parties.merchant = Some(known.merchant("merchant", &sketch.merchant)?);
    }
    if template.needs_channel() {
        parties.channel = Some(sketch.channel.trim().to_owned());
    }
    template.lines(amount, &parties).map_err(refused)
}

/// The lines a person wrote.
fn free(sketch: &Sketch, known: &Known, reason: Reason) -> Result<Vec<AdjustmentLine>, Failure> {
    let memo = match sketch.memo.trim() {
        "" => reason.chinese(),
        memo => memo,
    };
    let line = |line: &LineSketch| {
        let side = |fields: (&str, &str), code: &str, owner: &str| {
            account(known, fields, (code.trim(), owner.trim()))
        };
        let fields = ("debit_code", "debit_owner");
        let debit = side(fields, &line.debit_code, &line.debit_owner)?;
        let fields = ("credit_code", "credit_owner");
        let credit = side(fields, &line.credit_code, &line.credit_owner)?;
        let amount = money("amount", &line.amount)?;
        Ok(AdjustmentLine { debit, credit, amount, memo: memo.to_owned() })
    };
    sketch.lines.iter().map(line).collect()
}

/// The account of a code and owner; merchants are known to people by their number.
fn account(
    known: &Known,
    (code_field, owner_field): (&str, &str),
    (code, owner): (&str, &str),
) -> Result<AccountRef, Failure> {
    let line = known.chart.iter().map(|balance| &balance.line).find(|line| line.code == code);
    let line = line
        .filter(|line| line.postable)
        .ok_or_else(|| Failure::invalid(code_field, "choose an account of the list"))?;
    if !line.owner_kind.accepts(owner) {
        let says = match line.owner_kind {
            OwnerKind::None => "this account is kept once: leave the owner empty",
            _ => "say whose account it is",
        };
        return Err(Failure::invalid(owner_field, says));
    }
    if line.owner_kind == OwnerKind::Merchant {
        let merchant = known.merchant(owner_field, owner)?;
        return Ok(AccountRef::new(code, merchant));
    }
    Ok(AccountRef::new(code, owner))
}
