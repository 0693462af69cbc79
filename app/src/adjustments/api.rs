//! Server functions of manual adjustments.

use crate::api::{Named, Owners};
use crate::failure::Failure;
use domain::account::BalanceEffect;
use domain::adjustment::{
    AdjustmentDetail, AdjustmentFilter, AdjustmentRequest, AdjustmentState, AdjustmentSummary,
    RecurringTemplate, TemplateChange, TemplateTerms,
};
use domain::date::Month;
use domain::ids::{AdjustmentId, AdjustmentTemplateId};
use domain::money::Money;
use domain::page::Page;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Adjustments.
#[server(prefix = "/api/fn", endpoint = "adjustments/list", input = Json)]
pub async fn list(filter: AdjustmentFilter) -> Result<Page<AdjustmentSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::adjustments::list(&office, &actor, &filter).await?)
}

/// One adjustment; while it waits, with the gap of the reserve before and after it.
#[server(prefix = "/api/fn", endpoint = "adjustments/find", input = Json)]
pub async fn find(id: AdjustmentId) -> Result<Found, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::adjustments::find(&office, &actor, id).await?;
    let gap = match what.summary.state {
        AdjustmentState::Proposed => {
            Some(backoffice::reserve::gap_after(&office, &actor, &what.effects).await?)
        }
        _ => None,
    };
    let lines = what.request.lines.iter().flat_map(|line| [&line.debit, &line.credit]);
    let accounts = lines.chain(what.effects.iter().map(|effect| &effect.account));
    let owners = crate::api::owners(&office, &actor, accounts).await?;
    Ok(Found { named: Named { what, owners }, gap })
}

/// A document with what is worked out when it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The document, and whose accounts it touches.
    pub named: Named<AdjustmentDetail>,
    /// The gap of the reserve before and after it, while it waits.
    pub gap: Option<(Money, Money)>,
}

/// The templates in use, and the month of today.
#[server(prefix = "/api/fn", endpoint = "adjustments/templates", input = Json)]
pub async fn templates() -> Result<(Month, Named<Vec<RecurringTemplate>>), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::adjustments::templates(&office, &actor).await?;
    let lines = what.iter().flat_map(|one| &one.terms.lines);
    let accounts = lines.flat_map(|line| [&line.debit, &line.credit]);
    let owners = crate::api::owners(&office, &actor, accounts).await?;
    Ok((Month::of(office.today()), Named { what, owners }))
}

/// One template in use.
#[server(prefix = "/api/fn", endpoint = "adjustments/template", input = Json)]
pub async fn template(id: AdjustmentTemplateId) -> Result<RecurringTemplate, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::adjustments::template(&office, &actor, id).await?)
}

/// A template to be saved, made from a document exactly as its preview showed it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TemplateRequest {
    /// What it is to be called.
    #[serde(default)]
    pub name: String,
    /// The document, as JSON.
    pub document: String,
}

/// Proposes to save a template, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "adjustments/propose_template")]
pub async fn propose_template(request: TemplateRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let AdjustmentRequest { id, baseline, reason, lines, .. } = read(&request.document)?;
    let terms = TemplateTerms { name: request.name.trim().to_owned(), baseline, reason, lines };
    let change = TemplateChange::Save { id: id.0.into(), terms };
    let id = backoffice::adjustments::propose_template(&office, &actor, &change).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

/// Proposes that a template is not used any more, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "adjustments/retire_template")]
pub async fn retire_template(id: AdjustmentTemplateId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let change = TemplateChange::Retire { id };
    let id = backoffice::adjustments::propose_template(&office, &actor, &change).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

/// A line as a person describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineSketch {
    /// Code of the debited account.
    pub debit_code: String,
    /// Whose account that is: a merchant's number, a channel's or bank account's code.
    pub debit_owner: String,
    /// Code of the credited account.
    pub credit_code: String,
    /// Whose account that is.
    pub credit_owner: String,
    /// How much, in major units.
    pub amount: String,
}

/// An adjustment as a person describes it: what happened, or lines, or a saved template and a
/// month, or the document it undoes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sketch {
    /// Name of a template; empty: the pair of accounts counts.
    pub template: String,
    /// Number of the merchant the template concerns.
    pub merchant: String,
    /// Code of the channel the template concerns.
    pub channel: String,
    /// The lines, where nothing else says them.
    pub lines: Vec<LineSketch>,
    /// What the lines say.
    pub memo: String,
    /// Id of a saved template.
    pub recurring: String,
    /// The month it is made for, `2026-03`.
    pub month: String,
    /// Id of the document it undoes.
    pub reverses: String,
    /// How much, in major units, of a template.
    pub amount: String,
    /// Whose record counts.
    pub baseline: String,
    /// Why.
    pub reason: String,
    /// What proves it.
    pub evidence: String,
    /// Id of the journal that is corrected, if one is.
    pub corrects: String,
}

/// The document a sketch makes, and what it would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previewed {
    /// The document, as it would be proposed.
    pub document: AdjustmentRequest,
    /// The balances before and after it, as the books stand now.
    pub effects: Vec<BalanceEffect>,
    /// The gap of the reserve before and after it.
    pub gap: (Money, Money),
    /// Whose accounts they are.
    pub owners: Owners,
}

/// What an adjustment would do to the balances.
#[server(prefix = "/api/fn", endpoint = "adjustments/preview", input = Json)]
pub async fn preview(sketch: Sketch) -> Result<Previewed, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let known = known(&office, &actor, &sketch).await?;
    let document = super::sketch::document(&sketch, &known)?;
    let effects = backoffice::adjustments::preview(&office, &actor, &document).await?;
    let gap = backoffice::reserve::gap_after(&office, &actor, &effects).await?;
    let accounts = effects.iter().map(|effect| &effect.account);
    let owners = crate::api::owners(&office, &actor, accounts).await?;
    Ok(Previewed { document, effects, gap, owners })
}

/// A document, exactly as its preview showed it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProposalRequest {
    /// The document, as JSON.
    pub document: String,
    /// `yes` when the maker ticked that they read the effects.
    #[serde(default)]
    pub confirmed: String,
}

/// Proposes a document to a second person, and leads to it.
#[server(prefix = "/api/fn", endpoint = "adjustments/propose")]
pub async fn propose(request: ProposalRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that you have read the effects"));
    }
    let document = read(&request.document)?;
    let id = backoffice::adjustments::propose(&office, &actor, &document).await?;
    crate::session::go_to(&crate::routes::adjustment(id));
    Ok(())
}

fn read(document: &str) -> Result<AdjustmentRequest, Failure> {
    serde_json::from_str(document).map_err(|_| {
        Failure::invalid("document", "the document is not readable: open the form anew")
    })
}

#[cfg(feature = "ssr")]
use on_server::known;
#[cfg(feature = "ssr")]
pub(super) use on_server::refused;

#[cfg(feature = "ssr")]
mod on_server {
    use super::Sketch;
    use crate::adjustments::sketch::{Known, numbers};
    use crate::failure::Failure;
    use backoffice::adjustments::AdjustmentError;
    use backoffice::office::Office;
    use domain::access::Actor;
    use domain::adjustment::AdjustmentRefused;
    use domain::ids::AdjustmentId;
    use domain::merchant::MerchantFilter;
    use domain::page::{PAGE_SIZE_MAX, PageRequest};
    use std::collections::BTreeMap;

    /// What the office knows of the things a sketch names.
    pub(super) async fn known(
        office: &Office,
        actor: &Actor,
        sketch: &Sketch,
    ) -> Result<Known, Failure> {
        let chart = backoffice::accounts::chart(office, actor).await?;
        let most = PageRequest { number: 1, size: PAGE_SIZE_MAX };
        let mut merchants = BTreeMap::new();
        for number in numbers(sketch) {
            let text = Some(number.to_owned());
            let filter = MerchantFilter { text, ..MerchantFilter::default() };
            let found = backoffice::merchants::list(office, actor, &filter, most).await?;
            let found = found.rows.into_iter().find(|merchant| merchant.code == number);
            merchants.extend(found.map(|merchant| (merchant.code, merchant.id)));
        }
        let template = match sketch.recurring.trim().parse() {
            Ok(id) => Some(backoffice::adjustments::template(office, actor, id).await?),
            Err(_) => None,
        };
        let undone = match sketch.reverses.trim().parse() {
            Ok(id) => Some(backoffice::adjustments::find(office, actor, id).await?),
            Err(_) => None,
        };
        let id = AdjustmentId(office.new_id());
        Ok(Known { id, chart, merchants, template, undone })
    }

    /// What a template refuses, as the office explains it.
    pub(in crate::adjustments) fn refused(refused: AdjustmentRefused) -> Failure {
        AdjustmentError::Refused(refused).into()
    }
}
