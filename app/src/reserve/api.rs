//! Server functions of the reserve.

use crate::failure::Failure;
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
