//! Who is signed in, in which surroundings the page is shown, and what every server function needs
//! to begin: the office and the actor.

use crate::failure::Failure;
use crate::i18n::t;
use crate::text;
use crate::wording::named;
use backoffice::office::Office;
use domain::access::{Actor, Permission, Role};
use domain::date::BusinessZone;
use http::request::Parts;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What a page is told about whom it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Who is signed in.
    pub actor: Option<Actor>,
    /// The business zone, like `+08:00`.
    pub zone: String,
    /// The chosen colours: `light`, `dark`, or empty for the system's.
    pub theme: String,
    /// Whether this is a demonstration.
    pub demo: bool,
    /// What people call the channels, in English and in Chinese, by code.
    pub channels: BTreeMap<String, (String, String)>,
    /// Why the file just uploaded was refused, one reason a line; mostly empty.
    pub refusal: String,
}

/// The surroundings of this page.
#[must_use]
pub fn surroundings() -> Surroundings {
    use_context().unwrap_or_default()
}

/// Who is signed in.
#[must_use]
pub fn actor() -> Option<Actor> {
    with_context(|around: &Surroundings| around.actor.clone()).flatten()
}

/// Whether the signed-in person may do this. Screens hide by it; use cases refuse by it.
#[must_use]
pub fn may(permission: Permission) -> bool {
    with_context(|around: &Surroundings| {
        around.actor.as_ref().is_some_and(|actor| actor.may(permission))
    })
    .unwrap_or_default()
}

/// The zone times are shown in.
#[must_use]
pub fn zone() -> BusinessZone {
    with_context(|around: &Surroundings| around.zone.parse().ok())
        .flatten()
        .unwrap_or_else(BusinessZone::china)
}

/// What people call a channel.
#[must_use]
pub fn channel_name(code: &str) -> String {
    with_context(|around: &Surroundings| {
        around.channels.get(code).map(|(english, chinese)| named(english, chinese).clone())
    })
    .flatten()
    .unwrap_or_else(|| code.to_owned())
}

/// What people call a role.
#[must_use]
pub fn role_name(role: Role) -> &'static str {
    t(match role {
        Role::Operations => text::ACCESS_ROLE_OPERATIONS,
        Role::FinanceMaker => text::ACCESS_ROLE_FINANCE_MAKER,
        Role::FinanceChecker => text::ACCESS_ROLE_FINANCE_CHECKER,
        Role::Manager => text::ACCESS_ROLE_MANAGER,
        Role::Admin => text::ACCESS_ROLE_ADMIN,
        Role::Auditor => text::ACCESS_ROLE_AUDITOR,
    })
}

fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
    with_context(|parts: &Parts| parts.extensions.get::<T>().cloned()).flatten()
}

/// The office for this request, and who asks.
///
/// # Errors
/// Nobody is signed in.
pub fn office_and_actor() -> Result<(Office, Actor), Failure> {
    let office = extension::<Office>().ok_or(Failure::SignedOut)?;
    let actor = extension::<Actor>().ok_or(Failure::SignedOut)?;
    Ok((office, actor))
}

/// The id of the request that is being answered.
#[must_use]
pub fn request_id() -> Option<String> {
    extension::<Office>().map(|office| office.request_id)
}

/// Sends the person on to another page after a command: also without our program in the
/// browser.
pub fn go_to(path: &str) {
    if use_context::<Parts>().is_some() {
        leptos_axum::redirect(path);
    }
}
