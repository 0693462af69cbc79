//! Server functions of notifications.

use crate::failure::Failure;
use domain::ids::NotificationId;
use domain::notification::{
    Endpoint, NotificationDetail, NotificationEvent, NotificationFilter, NotificationState,
    NotificationSummary,
};
use domain::page::{Page, PageRequest};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Which notifications are wanted, as people ask for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationQuery {
    /// Any identifier: the notification's, the payment's, the refund's, the order's.
    pub text: Option<String>,
    /// Where it stands.
    pub state: Option<NotificationState>,
    /// What about.
    pub event: Option<NotificationEvent>,
    /// Of the merchant with this number only.
    pub merchant: Option<String>,
}

/// The notifications.
#[server(prefix = "/api/fn", endpoint = "notifications/list", input = Json)]
pub async fn list(
    query: NotificationQuery,
    page: PageRequest,
) -> Result<Page<NotificationSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let merchant = match query.merchant {
        Some(code) => match backoffice::merchants::numbered(&office, &actor, &code).await? {
            Some(merchant) => Some(merchant),
            None => return Ok(Page { rows: Vec::new(), total: 0, request: page }),
        },
        None => None,
    };
    let NotificationQuery { text, state, event, .. } = query;
    let filter = NotificationFilter { text, state, event, merchant };
    Ok(backoffice::notifications::list(&office, &actor, &filter, page).await?)
}

/// One notification.
#[server(prefix = "/api/fn", endpoint = "notifications/find", input = Json)]
pub async fn find(id: NotificationId) -> Result<NotificationDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::notifications::find(&office, &actor, id).await?)
}

/// Sends a notification once more.
#[server(prefix = "/api/fn", endpoint = "notifications/resend")]
pub async fn resend(id: NotificationId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::notifications::resend(&office, &actor, id).await?)
}

/// Where merchants are notified.
#[server(prefix = "/api/fn", endpoint = "notifications/endpoints", input = Json)]
pub async fn endpoints() -> Result<Vec<Endpoint>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::notifications::endpoints(&office, &actor).await?)
}

/// An address to be set, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndpointRequest {
    /// The merchant's number.
    pub merchant: String,
    /// The address.
    pub url: String,
}

/// Proposes where a merchant is notified, and leads to the proposal.
#[server(prefix = "/api/fn", endpoint = "notifications/propose_endpoint")]
pub async fn propose_endpoint(request: EndpointRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let EndpointRequest { merchant, url } = request;
    let id = backoffice::notifications::propose_endpoint(&office, &actor, &merchant, url.trim());
    crate::session::go_to(&crate::routes::approval(id.await?));
    Ok(())
}
