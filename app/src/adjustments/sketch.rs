//! From what a person typed to a document.

use super::api::{Sketch, refused};
use crate::failure::Failure;
use domain::account::{AccountRef, ChartBalance, OwnerKind};
use domain::adjustment::{
    AdjustmentLine, AdjustmentRequest, Baseline, Reason, Template, TemplateParties,
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
    let mut numbers: Vec<_> = [&sketch.merchant, &sketch.debit_owner, &sketch.credit_owner]
        .map(|number| number.trim())
        .into_iter()
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
    let chosen = |field: &str| Failure::invalid(field, "choose one of the list");
    let baseline = Baseline::named(&sketch.baseline).ok_or_else(|| chosen("baseline"))?;
    let reason = Reason::named(&sketch.reason).ok_or_else(|| chosen("reason"))?;
    let amount = Money::parse_positive(sketch.amount.trim(), Currency::Cny)
        .map_err(|error| Failure::invalid("amount", error))?;
    let lines = if sketch.template.is_empty() {
        pair(sketch, known, (amount, reason))?
    } else {
        let template = Template::named(&sketch.template).ok_or_else(|| chosen("template"))?;
        templated(sketch, known, (template, amount))?
    };
    Ok(AdjustmentRequest {
        id: known.id,
        baseline,
        reason,
        evidence: sketch.evidence.trim().to_owned(),
        corrects: corrected(&sketch.corrects)?,
        lines,
    })
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

fn pair(
    sketch: &Sketch,
    known: &Known,
    (amount, reason): (Money, Reason),
) -> Result<Vec<AdjustmentLine>, Failure> {
    let side = |fields: (&str, &str), code: &str, owner: &str| {
        account(known, fields, (code.trim(), owner.trim()))
    };
    let fields = ("debit_code", "debit_owner");
    let debit = side(fields, &sketch.debit_code, &sketch.debit_owner)?;
    let fields = ("credit_code", "credit_owner");
    let credit = side(fields, &sketch.credit_code, &sketch.credit_owner)?;
    let memo = reason.chinese().to_owned();
    Ok(vec![AdjustmentLine { debit, credit, amount, memo }])
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
