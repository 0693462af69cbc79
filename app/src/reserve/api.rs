//! Server functions of the reserve.

use crate::failure::Failure;
use domain::approval::ApprovalSummary;
use domain::channel::Rail;
use domain::date::BusinessDate;
use domain::ids::{ReserveAccountId, ReserveDocumentId, ReserveIncidentId};
use domain::page::{Page, PageRequest};
use domain::reserve::ReserveAccountDetail;
use domain::reserve::cover::Cover;
use domain::reserve::document::{
    DocumentDetail, DocumentFilter, DocumentPreview, DocumentRequest, DocumentSummary,
};
use domain::reserve::incident::Incident;
use domain::reserve::proof::{ProofDay, ProofDetail};
use domain::reserve::quota::QuotaSession;
use domain::reserve::settings::{ClearingHouse, ReserveChange, ReserveSettings};
use domain::reserve::unreached::Item;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// One bank account with what was promised out of it.
#[server(prefix = "/api/fn", endpoint = "reserve/find", input = Json)]
pub async fn find(
    id: ReserveAccountId,
    page: PageRequest,
) -> Result<ReserveAccountDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::find(&office, &actor, id, page).await?)
}

/// Whether the money held covers what customers are owed, and the open incident.
#[server(prefix = "/api/fn", endpoint = "reserve/proof", input = Json)]
pub async fn proof() -> Result<(Cover, Option<Incident>), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let incident = backoffice::reserve::open_incident(&office, &actor).await?;
    Ok((backoffice::reserve::show_proof(&office, &actor).await?, incident))
}

/// One table of a month, by its number.
#[server(prefix = "/api/fn", endpoint = "reserve/table", input = Json)]
pub async fn table(
    number: String,
    month: Option<BusinessDate>,
) -> Result<domain::reserve::tables::Table, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let kind = domain::reserve::tables::TableKind::numbered(&number).ok_or(Failure::NotFound)?;
    Ok(backoffice::reserve::table(&office, &actor, (kind, month)).await?)
}

/// The unreached items at the end of a day.
#[server(prefix = "/api/fn", endpoint = "reserve/unreached", input = Json)]
pub async fn unreached(day: Option<BusinessDate>) -> Result<(BusinessDate, Vec<Item>), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::unreached_items(&office, &actor, day).await?)
}

/// Gaps of the reserve.
#[server(prefix = "/api/fn", endpoint = "reserve/incidents", input = Json)]
pub async fn incidents(page: PageRequest) -> Result<Page<Incident>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::incidents(&office, &actor, page).await?)
}

/// A note on an incident, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoteRequest {
    /// Which.
    pub id: ReserveIncidentId,
    /// What is done about it.
    #[serde(default)]
    pub note: String,
}

/// Takes note of an incident.
#[server(prefix = "/api/fn", endpoint = "reserve/acknowledge")]
pub async fn acknowledge(request: NoteRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let note = (request.id, request.note.as_str());
    Ok(backoffice::reserve::acknowledge(&office, &actor, note).await?)
}

/// Checks the cover now.
#[server(prefix = "/api/fn", endpoint = "reserve/check_now")]
pub async fn check_now() -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    backoffice::reserve::check_now(&office, &actor).await?;
    Ok(())
}

/// The days with their signed proofs.
#[server(prefix = "/api/fn", endpoint = "reserve/proofs", input = Json)]
pub async fn proofs(page: PageRequest) -> Result<Page<ProofDay>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::proofs(&office, &actor, page).await?)
}

/// A day's proof.
#[server(prefix = "/api/fn", endpoint = "reserve/find_proof", input = Json)]
pub async fn find_proof(day: BusinessDate) -> Result<ProofDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::find_proof(&office, &actor, day).await?)
}

/// A day to be signed, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignRequest {
    /// The day.
    pub day: BusinessDate,
    /// `yes` when the maker ticked that they read it.
    #[serde(default)]
    pub confirmed: String,
}

/// Proposes a day's proof to a second person, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "reserve/propose_proof")]
pub async fn propose_proof(request: SignRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that you have read the proof"));
    }
    let id = backoffice::reserve::propose_proof(&office, &actor, request.day).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

/// Documents that move the reserve.
#[server(prefix = "/api/fn", endpoint = "reserve/documents", input = Json)]
pub async fn documents(filter: DocumentFilter) -> Result<Page<DocumentSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::documents(&office, &actor, &filter).await?)
}

/// One document.
#[server(prefix = "/api/fn", endpoint = "reserve/find_document", input = Json)]
pub async fn find_document(id: ReserveDocumentId) -> Result<DocumentDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::find_document(&office, &actor, id).await?)
}

/// A document as the address of the form describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sketch {
    /// Name of the kind.
    pub kind: String,
    /// How much, in major units.
    pub amount: String,
    /// Of a position transfer, the purpose of the account it leaves.
    pub from: String,
    /// Of an earmark, the clearing house.
    pub house: String,
    /// The bank's reference.
    pub bank_ref: String,
    /// Why.
    pub grounds: String,
}

/// What a document would do.
#[server(prefix = "/api/fn", endpoint = "reserve/preview_document", input = Json)]
pub async fn preview_document(sketch: Sketch) -> Result<DocumentPreview, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let request = drawn(&sketch, office.new_id().into())?;
    Ok(backoffice::reserve::preview_document(&office, &actor, &request).await?)
}

fn drawn(sketch: &Sketch, id: ReserveDocumentId) -> Result<DocumentRequest, Failure> {
    use domain::money::{Currency, Money};
    use domain::reserve::Purpose;
    use domain::reserve::document::DocumentKind;
    let kind = DocumentKind::named(&sketch.kind)
        .ok_or_else(|| Failure::invalid("kind", "choose what the document does"))?;
    let text = sketch.amount.trim();
    let amount = match (kind, text.strip_prefix(['-', '−'])) {
        (DocumentKind::Earmark, Some(given_back)) => {
            Money::parse_positive(given_back, Currency::Cny).and_then(Money::checked_neg)
        }
        _ => Money::parse_positive(text, Currency::Cny),
    };
    Ok(DocumentRequest {
        id,
        kind,
        amount: amount.map_err(|error| Failure::invalid("amount", error))?,
        from: Purpose::named(&sketch.from).unwrap_or(Purpose::Custody),
        house: sketch.house.trim().to_owned(),
        bank_ref: sketch.bank_ref.trim().to_owned(),
        grounds: sketch.grounds.trim().to_owned(),
    })
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
#[server(prefix = "/api/fn", endpoint = "reserve/propose_document")]
pub async fn propose_document(request: ProposalRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that you have read the effects"));
    }
    let document: DocumentRequest = serde_json::from_str(&request.document).map_err(|_| {
        Failure::invalid("document", "the document is not readable: open the form anew")
    })?;
    let id = backoffice::reserve::propose_document(&office, &actor, &document).await?;
    crate::session::go_to(&crate::routes::reserve_document(id));
    Ok(())
}

/// The quotas at clearing houses.
#[server(prefix = "/api/fn", endpoint = "reserve/quotas", input = Json)]
pub async fn quotas() -> Result<Vec<QuotaSession>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::quotas(&office, &actor).await?)
}

/// What will be paid when, against what will arrive.
#[server(prefix = "/api/fn", endpoint = "reserve/forecast", input = Json)]
pub async fn forecast() -> Result<domain::reserve::forecast::Forecast, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::forecast(&office, &actor).await?)
}

/// What the institution set for its reserve, and the requests to change it.
#[server(prefix = "/api/fn", endpoint = "reserve/settings", input = Json)]
pub async fn settings() -> Result<(ReserveSettings, Vec<ApprovalSummary>), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let changes = backoffice::reserve::settings_changes(&office, &actor).await?;
    Ok((backoffice::reserve::settings(&office, &actor).await?, changes))
}

/// Another clearing house for an account, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClearingRequest {
    /// Code of the account.
    pub account: String,
    /// Code of the house; empty: none.
    #[serde(default)]
    pub house: String,
}

/// Proposes over which house an account is cleared, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "reserve/propose_clearing")]
pub async fn propose_clearing(request: ClearingRequest) -> Result<(), Failure> {
    let house = Some(request.house.trim().to_owned()).filter(|house| !house.is_empty());
    propose_setting(ReserveChange::ClearOver { account: request.account, house }).await
}

/// A clearing house, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HouseRequest {
    /// Its code.
    pub code: String,
    /// Its English name.
    pub name_en: String,
    /// Its Chinese name.
    pub name_zh: String,
    /// The channels whose receipts count for it.
    pub rail: Rail,
    /// Whether accounts may be cleared over it.
    pub active: bool,
}

/// Proposes a clearing house as it is to be, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "reserve/propose_house")]
pub async fn propose_house(request: HouseRequest) -> Result<(), Failure> {
    let HouseRequest { code, name_en, name_zh, rail, active } = request;
    let [code, name_en, name_zh] = [code, name_en, name_zh].map(|text| text.trim().to_owned());
    let house = ClearingHouse { code, name_en, name_zh, rail, active };
    propose_setting(ReserveChange::House { house }).await
}

/// Proposes the protection fund's share in per cent, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "reserve/propose_fund")]
pub async fn propose_fund(share: String) -> Result<(), Failure> {
    let share = share.trim().trim_end_matches('%').parse();
    let share = share.map_err(|_| Failure::invalid("share", "this is not a share in per cent"))?;
    propose_setting(ReserveChange::FundShare { share }).await
}

/// Whether an account is used, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UseRequest {
    /// Code of the account.
    pub account: String,
    /// Whether money may leave it.
    pub active: bool,
}

/// Proposes to take an account out of use or back into it, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "reserve/propose_use")]
pub async fn propose_use(request: UseRequest) -> Result<(), Failure> {
    let UseRequest { account, active } = request;
    propose_setting(ReserveChange::InUse { account, active }).await
}

#[cfg(feature = "ssr")]
async fn propose_setting(change: ReserveChange) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let id = backoffice::reserve::propose_settings(&office, &actor, &change).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}
