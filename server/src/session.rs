//! Sessions over HTTP: the cookie, signing in and out, and the preferences that live in cookies.

use crate::refusal;
use crate::router::{RequestId, Site, trouble};
use app::i18n::Language;
use app::session::Surroundings;
use axum::Form;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, HOST, REFERER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, RequestExt};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use backoffice::access::{self, AccessError};
use backoffice::channels;
use backoffice::office::Office;
use domain::access::Actor;
use serde::Deserialize;
use std::collections::BTreeMap;

const LANGUAGE: &str = "lang";
const THEME: &str = "theme";

/// The name of the session cookie. Browsers keep a `__Host-` cookie to this host and to HTTPS.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-session" } else { "session" }
}

fn cookie(name: &'static str, value: String, secure: bool) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .build()
}

/// Gives the request its office, its language and, when the cookie proves one, its actor.
pub async fn attach(
    State(site): State<Site>,
    Extension(RequestId(id)): Extension<RequestId>,
    jar: CookieJar,
    mut request: Request,
    next: Next,
) -> Response {
    let office = site.office.for_request(id.clone());
    let mut actor = None;
    if let Some(cookie) = jar.get(cookie_name(site.secure)) {
        match access::authenticate(&office, cookie.value()).await {
            Ok(known) => actor = known,
            Err(error) => {
                tracing::error!(%error, "the session could not be read");
                return trouble(StatusCode::SERVICE_UNAVAILABLE, &id, request.headers());
            }
        }
    }
    let theme = jar.get(THEME).map(Cookie::value).filter(|theme| THEMES.contains(theme));
    let surroundings = Surroundings {
        actor: actor.clone(),
        channels: channel_names(&office, actor.as_ref()).await,
        zone: office.settings.zone.label().trim_start_matches("UTC").to_owned(),
        theme: theme.unwrap_or_default().to_owned(),
        demo: office.settings.demo,
        refusal: refusal::shown(&jar),
    };
    let language = language(&jar, request.headers());
    let extensions = request.extensions_mut();
    extensions.insert(surroundings);
    extensions.insert(language);
    extensions.insert(office);
    if let Some(actor) = actor {
        extensions.insert(actor);
    }
    next.run(request).await
}

/// What people call the channels. Who may not see them is shown their codes.
async fn channel_names(
    office: &Office,
    actor: Option<&Actor>,
) -> BTreeMap<String, (String, String)> {
    let Some(actor) = actor else { return BTreeMap::new() };
    let known = channels::list(office, actor).await.unwrap_or_default();
    known.into_iter().map(|one| (one.code, (one.name_en, one.name_zh))).collect()
}

const THEMES: [&str; 2] = ["light", "dark"];

fn language(jar: &CookieJar, headers: &HeaderMap) -> Language {
    let chosen = jar.get(LANGUAGE).and_then(|cookie| Language::tagged(cookie.value()));
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    chosen.or_else(|| accepted.and_then(Language::accepted)).unwrap_or_default()
}

/// The sign-in form.
#[derive(Deserialize)]
pub struct SignIn {
    login: String,
    password: String,
    #[serde(default)]
    to: String,
}

/// Signs in and leads to the page that was wanted.
pub async fn sign_in(
    State(site): State<Site>,
    Extension(office): Extension<Office>,
    before: Option<Extension<Actor>>,
    jar: CookieJar,
    Form(form): Form<SignIn>,
) -> Response {
    let to = local(&form.to);
    let token = match access::sign_in(&office, &form.login, &form.password).await {
        Ok(token) => token,
        Err(error) => {
            let reason = match &error {
                AccessError::NotSignedIn => "wrong",
                AccessError::Locked => "locked",
                _ => {
                    tracing::error!(%error, "signing in failed");
                    "failed"
                }
            };
            let page = app::routes::sign_in(to);
            return Redirect::to(&format!("{page}&refused={reason}")).into_response();
        }
    };
    // Whoever signs in anew leaves no session behind.
    if let Some(Extension(actor)) = before
        && let Err(error) = access::sign_out(&office, &actor).await
    {
        tracing::error!(%error, "the former session could not be ended");
    }
    let cookie = cookie(cookie_name(site.secure), token.as_str().to_owned(), site.secure);
    (jar.add(cookie), Redirect::to(to)).into_response()
}

/// Ends the session.
pub async fn sign_out(
    State(site): State<Site>,
    Extension(office): Extension<Office>,
    actor: Option<Extension<Actor>>,
    jar: CookieJar,
    request: Request,
) -> Response {
    if let Some(Extension(actor)) = actor
        && let Err(error) = access::sign_out(&office, &actor).await
    {
        tracing::error!(%error, "signing out failed");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        return trouble(status, &office.request_id, request.headers());
    }
    let gone = cookie(cookie_name(site.secure), String::new(), site.secure);
    let mut response = (jar.remove(gone), Redirect::to("/sign-in")).into_response();
    if site.secure {
        let name = HeaderName::from_static("clear-site-data");
        response.headers_mut().insert(name, HeaderValue::from_static("\"cache\", \"storage\""));
    }
    response
}

/// The preferences form: one of the two, by the button pressed.
#[derive(Deserialize)]
pub struct Preferences {
    lang: Option<String>,
    theme: Option<String>,
}

/// Keeps a preference and leads back.
pub async fn preferences(State(site): State<Site>, jar: CookieJar, request: Request) -> Response {
    let back = back(request.headers());
    let Ok(Form(form)) = request.extract::<Form<Preferences>, _>().await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let keep = |jar: CookieJar, name, value: String| {
        let mut cookie = cookie(name, value, site.secure);
        cookie.make_permanent();
        jar.add(cookie)
    };
    let mut jar = jar;
    if let Some(language) = form.lang.as_deref().and_then(Language::tagged) {
        jar = keep(jar, LANGUAGE, language.tag().to_owned());
    }
    match form.theme.as_deref() {
        Some("system") => jar = jar.remove(cookie(THEME, String::new(), site.secure)),
        Some(theme) if THEMES.contains(&theme) => jar = keep(jar, THEME, theme.to_owned()),
        _ => {}
    }
    (jar, Redirect::to(&back)).into_response()
}

/// The page the form was sent from, if it is one of ours.
fn back(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let from = text(REFERER).and_then(|referer| referer.parse::<Uri>().ok());
    let ours = from.filter(|uri| uri.authority().map(|host| host.as_str()) == text(HOST));
    let path = ours.and_then(|uri| uri.path_and_query().map(ToString::to_string));
    local(path.as_deref().unwrap_or_default()).to_owned()
}

/// A path on this site, else the home page: nobody is sent elsewhere.
#[must_use]
pub fn local(path: &str) -> &str {
    let other_site = path.starts_with("//") || path.contains('\\') || path.contains("/sign-in");
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic());
    if path.starts_with('/') && !other_site && plain { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        for path in ["/", "/approvals?inbox=mine", "/payments/0190-ab"] {
            assert_eq!(local(path), path);
        }
        for path in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=y",
            "evil.example",
            "/sign-in?to=/",
            "/页",
        ] {
            assert_eq!(local(path), "/", "{path:?}");
        }
    }

    #[test]
    fn a_preference_leads_back_to_our_pages_only() {
        let headers = |referer: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("office.example:8443"));
            headers.insert(REFERER, referer.parse().unwrap());
            headers
        };
        assert_eq!(back(&headers("https://office.example:8443/jobs?page=2")), "/jobs?page=2");
        assert_eq!(back(&headers("https://evil.example/jobs")), "/");
        assert_eq!(back(&HeaderMap::new()), "/");
    }

    #[test]
    fn the_session_cookie_is_as_strict_as_its_transport_allows() {
        let text = cookie(cookie_name(true), "t".to_owned(), true).to_string();
        assert_eq!(text, "__Host-session=t; HttpOnly; SameSite=Lax; Secure; Path=/");
        let text = cookie(cookie_name(false), "t".to_owned(), false).to_string();
        assert_eq!(text, "session=t; HttpOnly; SameSite=Lax; Path=/");
    }
}
