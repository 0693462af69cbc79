//! Server functions of refunds.

use crate::failure::Failure;
use domain::ids::RefundId;
use domain::journal::JournalSummary;
use domain::page::{Page, PageRequest};
use domain::refund::{RefundDetail, RefundSummary};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Which refunds are wanted, as people ask for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundQuery {
    /// How a number begins, ours or the merchant's.
    pub number: Option<String>,
    /// Stored name of a state.
    pub state: Option<String>,
    /// Of the merchant with this number only.
    pub merchant: Option<String>,
}

/// The refunds.
#[server(prefix = "/api/fn", endpoint = "refunds/list", input = Json)]
pub async fn list(query: RefundQuery, page: PageRequest) -> Result<Page<RefundSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let merchant = match query.merchant {
        Some(code) => match backoffice::merchants::numbered(&office, &actor, &code).await? {
            Some(merchant) => Some(merchant),
            None => return Ok(Page { rows: Vec::new(), total: 0, request: page }),
        },
        None => None,
    };
    let filter = domain::refund::RefundFilter {
        state: query.state,
        merchant,
        payment: None,
        number: query.number,
    };
    Ok(backoffice::refunds::list(&office, &actor, &filter, page).await?)
}

/// A refund, and what was booked about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundPath {
    /// The refund.
    pub detail: RefundDetail,
    /// Its journals, latest first, for whoever may see the books.
    pub journals: Vec<JournalSummary>,
}

/// One refund.
#[server(prefix = "/api/fn", endpoint = "refunds/find", input = Json)]
pub async fn find(id: RefundId) -> Result<RefundPath, Failure> {
    use domain::journal::{JournalFilter, Source};

    let (office, actor) = crate::session::office_and_actor()?;
    let detail = backoffice::refunds::find(&office, &actor, id).await?;
    let mut journals = Vec::new();
    if actor.may(domain::access::Permission::ViewLedger) {
        let source = Some(Source::new("refund", id));
        let filter = JournalFilter { source, ..JournalFilter::default() };
        journals = backoffice::accounts::journals(&office, &actor, &filter).await?.rows;
    }
    Ok(RefundPath { detail, journals })
}
