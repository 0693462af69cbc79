//! The description of the API, made from its handlers.

use super::{Desk, events, money, payments, refunds, users};
use axum::Json;
use axum::routing::{MethodRouter, get};
use std::sync::Arc;
use utoipa::openapi::OpenApi as Description;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Countinghouse merchant API",
        description = "Business systems send payments and refunds, ask for balances and \
            statements, and tell what their visitors do. Amounts are major units as text. Every \
            POST and PUT needs an Idempotency-Key."
    ),
    modifiers(&Surroundings)
)]
struct Api;

/// Where the API lives and how callers prove who they are.
struct Surroundings;

impl Modify for Surroundings {
    fn modify(&self, description: &mut Description) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("`<key_id>.<secret>` of your API key"))
            .build();
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("api_key", SecurityScheme::Http(bearer));
        description.security =
            Some(vec![SecurityRequirement::new("api_key", Vec::<String>::new())]);
        description.servers = Some(vec![Server::new(super::BASE)]);
    }
}

/// All routes with their description.
pub(super) fn describe() -> OpenApiRouter<Desk> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(payments::create))
        .routes(routes!(payments::find))
        .routes(routes!(payments::find_by_number))
        .routes(routes!(payments::close))
        .routes(routes!(refunds::create))
        .routes(routes!(refunds::find))
        .routes(routes!(money::balance))
        .routes(routes!(money::statement))
        .routes(routes!(money::address, money::set_address))
        .routes(routes!(users::register))
        .routes(routes!(users::find))
        .routes(routes!(users::set_account))
        .routes(routes!(users::statement))
        .routes(routes!(users::withdraw))
        .routes(routes!(users::find_withdrawal))
        .routes(routes!(events::create))
}

/// Serves the description to everybody.
pub(super) fn serve(description: Description) -> MethodRouter<Desk> {
    let description = Arc::new(description);
    get(move || async move { Json(description.as_ref().clone()) })
}
