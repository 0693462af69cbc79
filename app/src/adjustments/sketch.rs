//! From what a person typed to a document.

use super::api::Sketch;
use crate::failure::Failure;
use backoffice::office::Office;
use domain::access::Actor;
use domain::account::{AccountRef, ChartBalance, OwnerKind};
use domain::adjustment::{
    AdjustmentLine, AdjustmentRequest, Baseline, Reason, Template, TemplateParties,
};
use domain::ids::{AdjustmentId, JournalId, MerchantId};
use domain::merchant::MerchantFilter;
use domain::money::{Currency, Money};
use domain::page::{PAGE_SIZE_MAX, PageRequest};

/// The document a sketch makes, with a new id.
///
/// # Errors
/// What cannot be read, by field.
pub(super) async fn document(
    office: &Office,
    actor: &Actor,
    sketch: &Sketch,
) -> Result<AdjustmentRequest, Failure> {
    let chosen = |field: &str| Failure::invalid(field, "choose one of the list");
    let baseline = Baseline::named(&sketch.baseline).ok_or_else(|| chosen("baseline"))?;
    let reason = Reason::named(&sketch.reason).ok_or_else(|| chosen("reason"))?;
    let amount = Money::parse_positive(sketch.amount.trim(), Currency::Cny)
        .map_err(|error| Failure::invalid("amount", error))?;
    let lines = if sketch.template.is_empty() {
        pair(office, actor, sketch, (amount, reason)).await?
    } else {
        let template = Template::named(&sketch.template).ok_or_else(|| chosen("template"))?;
        templated(office, actor, sketch, (template, amount)).await?
    };
    Ok(AdjustmentRequest {
        id: AdjustmentId(office.new_id()),
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

async fn templated(
    office: &Office,
    actor: &Actor,
    sketch: &Sketch,
    (template, amount): (Template, Money),
) -> Result<Vec<AdjustmentLine>, Failure> {
    let mut parties = TemplateParties { merchant: None, channel: None };
    if template.needs_merchant() && !sketch.merchant.trim().is_empty() {
        parties.merchant = Some(numbered(office, actor, ("merchant", &sketch.merchant)).await?);
    }
    if template.needs_channel() {
        parties.channel = Some(sketch.channel.trim().to_owned());
    }
    let refused = backoffice::adjustments::AdjustmentError::Refused;
    Ok(template.lines(amount, &parties).map_err(refused)?)
}

async fn pair(
    office: &Office,
    actor: &Actor,
    sketch: &Sketch,
    (amount, reason): (Money, Reason),
) -> Result<Vec<AdjustmentLine>, Failure> {
    let chart = backoffice::accounts::chart(office, actor).await?;
    let side = async |field: (&str, &str), code: &str, owner: &str| {
        account(office, actor, (&chart, field), (code.trim(), owner.trim())).await
    };
    let fields = ("debit_code", "debit_owner");
    let debit = side(fields, &sketch.debit_code, &sketch.debit_owner).await?;
    let fields = ("credit_code", "credit_owner");
    let credit = side(fields, &sketch.credit_code, &sketch.credit_owner).await?;
    let memo = reason.chinese().to_owned();
    Ok(vec![AdjustmentLine { debit, credit, amount, memo }])
}

/// The account of a code and owner; merchants are known to people by their number.
async fn account(
    office: &Office,
    actor: &Actor,
    (chart, (code_field, owner_field)): (&[ChartBalance], (&str, &str)),
    (code, owner): (&str, &str),
) -> Result<AccountRef, Failure> {
    let line = chart.iter().map(|balance| &balance.line).find(|line| line.code == code);
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
        let merchant = numbered(office, actor, (owner_field, owner)).await?;
        return Ok(AccountRef::new(code, merchant));
    }
    Ok(AccountRef::new(code, owner))
}

/// The merchant with this number.
async fn numbered(
    office: &Office,
    actor: &Actor,
    (field, number): (&str, &str),
) -> Result<MerchantId, Failure> {
    let number = number.trim();
    let filter = MerchantFilter { text: Some(number.to_owned()), ..MerchantFilter::default() };
    let most = PageRequest { number: 1, size: PAGE_SIZE_MAX };
    let found = backoffice::merchants::list(office, actor, &filter, most).await?;
    let merchant = found.rows.into_iter().find(|merchant| merchant.code == number);
    let merchant =
        merchant.ok_or_else(|| Failure::invalid(field, "no merchant has this number"))?;
    Ok(merchant.id)
}
