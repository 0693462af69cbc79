//! Server functions of one's own second factor.

use crate::failure::Failure;
use backoffice::access::second_factor;
use domain::staff::SecondFactor;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// How one's own second factor stands; with the secret, until it is confirmed.
#[server(prefix = "/api/fn", endpoint = "access/second_factor", input = Json)]
pub async fn standing() -> Result<SecondFactor, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(second_factor::standing(&office, &actor).await?)
}

/// What is needed for a new second factor, as the form sends it.
#[derive(Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The password, once more.
    pub password: String,
    /// A code of the second factor in use, where there is one.
    #[serde(default)]
    pub code: String,
}

impl std::fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnrolRequest")
    }
}

/// Makes a new secret.
#[server(prefix = "/api/fn", endpoint = "access/enrol")]
pub async fn enrol(request: EnrolRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let given = (&*request.password, &*request.code);
    Ok(second_factor::enrol(&office, &actor, given).await?)
}

/// Confirms a new secret by its first code.
#[server(prefix = "/api/fn", endpoint = "access/confirm")]
pub async fn confirm(code: String) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(second_factor::confirm(&office, &actor, &code).await?)
}
