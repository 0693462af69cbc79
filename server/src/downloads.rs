//! Files that staff take away: imported files, untouched, exported vouchers, and parts of the books.

use crate::router::Site;
use crate::signed_in::{Named, SignedIn};
use app::accounts::files;
use app::api::Owners;
use app::i18n::{Language, in_language};
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use backoffice::accounts::{self, Export};
use backoffice::explain::{Explain, Kind, busy};
use backoffice::office::Office;
use backoffice::{adjustments, error_items, merchants, payouts, reconciliation, reserve, vouchers};
use domain::access::Actor;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::ids::{ArrivalId, FileId, MerchantId, PayoutFileId};
use domain::journal::{Entry, JournalFilter, Source};
use domain::money::Currency;
use serde::Deserialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The routes that hand out files.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/download/files/{id}", get(file))
        .route("/download/arrivals/{id}", get(arrival))
        .route("/download/error-items/{id}", get(evidence))
        .route("/download/adjustments/{id}", get(adjustment_file))
        .route("/download/error-items.xlsx", get(error_item_workbook))
        .route("/download/vouchers/{day}/{version}", get(voucher_file))
        .route("/download/payout-files/{id}", get(payout_file))
        .route("/download/payout-files/{id}/signature", get(payout_signature))
        .route("/download/reserve/tables.xlsx", get(reserve_tables))
        .route("/download/books/trial-balance.csv", get(trial_balance))
        .route("/download/books/journals.csv", get(journals))
        .route("/download/books/statements/{account}", get(statement))
}

async fn file(SignedIn { office, actor }: SignedIn, Named(id): Named<FileId>) -> Response {
    let found = reconciliation::download(&office, &actor, id).await;
    handed(found.map(|file| (file.name, file.bytes)))
}

async fn evidence(SignedIn { office, actor }: SignedIn, Named(id): Named<Uuid>) -> Response {
    handed(error_items::evidence(&office, &actor, id).await)
}

async fn adjustment_file(SignedIn { office, actor }: SignedIn, Named(id): Named<Uuid>) -> Response {
    handed(adjustments::file(&office, &actor, id).await)
}

/// Which items, as the list's filter in JSON.
#[derive(Deserialize)]
struct Items {
    filter: String,
}

async fn error_item_workbook(
    SignedIn { office, actor }: SignedIn,
    Query(items): Query<Items>,
) -> Response {
    let Ok(filter) = serde_json::from_str(&items.filter) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let found = error_items::export_sheet(&office, &actor, &filter).await;
    handed(found.map(|file| (file.name, file.bytes)))
}

async fn arrival(SignedIn { office, actor }: SignedIn, Named(id): Named<ArrivalId>) -> Response {
    let found = reconciliation::arrivals::take_away(&office, &actor, id).await;
    handed(found.map(|file| (file.name, file.bytes)))
}

async fn payout_file(
    SignedIn { office, actor }: SignedIn,
    Named(id): Named<PayoutFileId>,
) -> Response {
    let found = payouts::hand_out(&office, &actor, id).await;
    handed(found.map(|file| (file.name, file.bytes)))
}

async fn payout_signature(
    SignedIn { office, actor }: SignedIn,
    Named(id): Named<PayoutFileId>,
) -> Response {
    let found = payouts::signature(&office, &actor, id).await;
    handed(found.map(|file| (file.name, file.bytes)))
}

async fn voucher_file(
    SignedIn { office, actor }: SignedIn,
    Path((day, version)): Path<(String, i32)>,
) -> Response {
    let Ok(day) = day.parse() else { return StatusCode::NOT_FOUND.into_response() };
    let found = vouchers::file(&office, &actor, day, Some(version)).await;
    handed(found.map(|(file, bytes)| (file.name, bytes)))
}

/// What a part of the books may be filtered by, as the screens filter it.
#[derive(Debug, Deserialize)]
struct Part {
    date: Option<BusinessDate>,
    from: Option<BusinessDate>,
    to: Option<BusinessDate>,
    entry: Option<String>,
    kind: Option<String>,
    id: Option<String>,
}

async fn trial_balance(
    SignedIn { office, actor }: SignedIn,
    Extension(language): Extension<Language>,
    Query(part): Query<Part>,
) -> Response {
    let found: Result<Export, Response> = async {
        let day = part.date;
        let balance = accounts::trial_balance(&office, &actor, day, Currency::Cny)
            .await
            .map_err(|error| refused(&error))?;
        let shown = balance.rows.iter().map(|row| &row.account);
        let owners = owners(&office, &actor, shown).await?;
        let sheet = in_language(language, || files::trial_balance_sheet(&balance, &owners));
        accounts::file(format!("trial-balance-{}.csv", balance.accounting_date), &sheet)
            .map_err(|error| refused(&error))
    }
    .await;
    exported(found)
}

async fn reserve_tables(
    SignedIn { office, actor }: SignedIn,
    Query(part): Query<Part>,
) -> Response {
    let found = reserve::tables_file(&office, &actor, part.date).await;
    handed(found.map(|file| (file.name, file.bytes)))
}

async fn journals(
    SignedIn { office, actor }: SignedIn,
    Extension(language): Extension<Language>,
    Query(part): Query<Part>,
) -> Response {
    let filter = JournalFilter {
        entry: part.entry.as_deref().and_then(Entry::named),
        from: part.from,
        to: part.to,
        source: part.kind.zip(part.id).map(|(kind, id)| Source { kind, id }),
        ..JournalFilter::default()
    };
    let found: Result<Export, Response> = async {
        let journals = accounts::all_journals(&office, &actor, filter)
            .await
            .map_err(|error| refused(&error))?;
        let zone = office.settings.zone;
        let sheet = in_language(language, || files::journals_sheet(&journals, zone));
        accounts::file("journals.csv".to_owned(), &sheet).map_err(|error| refused(&error))
    }
    .await;
    exported(found)
}

async fn statement(
    SignedIn { office, actor }: SignedIn,
    Extension(language): Extension<Language>,
    Path(account): Path<String>,
    Query(part): Query<Part>,
) -> Response {
    let Ok(id) = account.trim_end_matches(".csv").parse() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let found: Result<Export, Response> = async {
        let days = (part.from, part.to);
        let statement = accounts::whole_statement(&office, &actor, id, days)
            .await
            .map_err(|error| refused(&error))?;
        let counters = statement.page.rows.iter().map(|row| &row.counter);
        let owners = owners(&office, &actor, counters).await?;
        let zone = office.settings.zone;
        let sheet = in_language(language, || files::statement_sheet(&statement, &owners, zone));
        accounts::file(format!("statement-{}.csv", statement.account.account), &sheet)
            .map_err(|error| refused(&error))
    }
    .await;
    exported(found)
}

/// The names of those who own these accounts, where merchants do.
async fn owners<'a>(
    office: &Office,
    actor: &Actor,
    shown: impl Iterator<Item = &'a AccountRef>,
) -> Result<Owners, Response> {
    let ids: BTreeSet<MerchantId> = shown.filter_map(|one| one.owner.parse().ok()).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let names = merchants::names(office, actor, &ids).await.map_err(|error| refused(&error))?;
    let name = |(id, (code, name)): (MerchantId, (String, String))| {
        (id.to_string(), format!("{name} ({code})"))
    };
    Ok(names.into_iter().map(name).collect())
}

fn exported(file: Result<Export, Response>) -> Response {
    match file {
        Ok(file) => attachment(&file.name, file.bytes),
        Err(refused) => refused,
    }
}

/// A file by its name and bytes, or why it is not handed out.
fn handed(found: Result<(String, Vec<u8>), impl Explain>) -> Response {
    match found {
        Ok((name, bytes)) => attachment(&name, bytes),
        Err(error) => refused(&error),
    }
}

/// Bytes to be saved, never shown: a file is hostile until somebody has looked at it.
fn attachment(name: &str, bytes: Vec<u8>) -> Response {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' })
        .collect();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{plain}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/octet-stream");
    ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

fn refused(error: &impl Explain) -> Response {
    let status = match error.kind() {
        Kind::SignedOut => StatusCode::UNAUTHORIZED,
        Kind::Forbidden(_) => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unexpected if busy(error) => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Unexpected => {
            tracing::error!(%error, "a download failed");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    (status, error.to_string()).into_response()
}
