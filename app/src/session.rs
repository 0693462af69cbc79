//! Who is signed in, in which surroundings the page is shown, and what every server function needs
//! to begin: the office and the actor.

use crate::i18n::t;
use crate::text;
use domain::access::{Actor, Permission, Role};
use domain::date::BusinessZone;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The `name` of the `<meta>` element that carries the surroundings into the browser.
pub(crate) const META: &str = "surroundings";

/// What the server tells the page once, when it is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Who is signed in.
    pub actor: Option<Actor>,
    /// The business zone, like `+08:00`.
    pub zone: String,
    /// The chosen colours: `light`, `dark`, or empty for the system's.
    pub theme: String,
    /// Whether this is a demonstration.
    pub demo: bool,
    /// Why the file just uploaded was refused, one reason a line; mostly empty.
    #[serde(default)]
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

/// Counts the commands that took effect in this page. What is loaded is loaded again with each.
#[derive(Debug, Clone, Copy)]
pub struct Changes(RwSignal<u32>);

impl Changes {
    pub(crate) fn none() -> Self {
        Self(RwSignal::new(0))
    }

    /// How many; tracks.
    #[must_use]
    pub fn count(self) -> u32 {
        self.0.get()
    }

    /// One more.
    pub fn happened(self) {
        self.0.update(|count| *count = count.wrapping_add(1));
    }
}

#[cfg(not(feature = "ssr"))]
pub(crate) fn read_from_page() -> Surroundings {
    let meta = document().query_selector(&format!("meta[name={META}]")).ok().flatten();
    let content = meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default();
    serde_json::from_str(&content).unwrap_or_default()
}

#[cfg(feature = "ssr")]
pub use on_server::{go_to, office_and_actor, request_id};

#[cfg(feature = "ssr")]
mod on_server {
    use crate::failure::Failure;
    use backoffice::office::Office;
    use domain::access::Actor;
    use http::request::Parts;
    use leptos::prelude::{use_context, with_context};

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
}
