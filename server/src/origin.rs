//! Same origin or nothing: a request that may change something must come from our own pages. The
//! session cookie alone proves nothing, since a browser sends it for other sites' forms as well.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Machines sign their requests and send no cookies.
const MACHINES: [&str; 2] = ["/api/v1/", "/api/channels/"];

/// Refuses requests of other sites.
pub async fn check(request: Request, next: Next) -> Response {
    if allowed(request.method(), request.uri().path(), request.headers()) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "refused: not sent by a page of ours");
    (StatusCode::FORBIDDEN, "This request was not sent by a page of this site.\n").into_response()
}

fn allowed(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let machine = MACHINES.iter().any(|machines| path.starts_with(machines));
    if matches!(*method, Method::GET | Method::HEAD) || machine {
        return true;
    }
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let site = text("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return false;
    }
    match text(ORIGIN.as_str()) {
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(HOST.as_str())
        }
        None => site == Some("same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn post(headers: &[(&str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        map.insert(HOST, HeaderValue::from_static("office.example:8443"));
        for (name, value) in headers {
            map.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        allowed(&Method::POST, "/api/fn/approvals/decide", &map)
    }

    const HERE: (&str, &str) = ("origin", "https://office.example:8443");

    #[test]
    fn our_own_pages_may_send() {
        assert!(post(&[HERE]));
        assert!(post(&[("sec-fetch-site", "same-origin")]));
        assert!(post(&[("sec-fetch-site", "same-origin"), HERE]));
        assert!(post(&[("sec-fetch-site", "none"), HERE]));
    }

    #[test]
    fn nobody_else_may() {
        for headers in [
            &[][..],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), HERE],
            &[("sec-fetch-site", "same-site"), HERE],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "https://office.example")],
            &[("origin", "https://office.example:9443")],
            &[("origin", "https://evil.example:8443")],
            &[("origin", "https://sub.office.example:8443")],
            &[("origin", "https://office.example:8443.evil.example")],
            &[("origin", "office.example:8443")],
            &[("referer", "https://office.example:8443/")],
        ] {
            assert!(!post(headers), "{headers:?}");
        }
    }

    #[test]
    fn every_method_that_may_change_something_is_checked() {
        let none = HeaderMap::new();
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
            assert!(!allowed(&method, "/sign-out", &none), "{method}");
        }
        assert!(allowed(&Method::GET, "/", &none));
        assert!(allowed(&Method::HEAD, "/", &none));
    }

    #[test]
    fn machines_prove_themselves_otherwise() {
        let none = HeaderMap::new();
        assert!(allowed(&Method::POST, "/api/v1/payments", &none));
        assert!(allowed(&Method::POST, "/api/channels/unionpay/callback", &none));
        assert!(!allowed(&Method::POST, "/api/v1", &none));
        assert!(!allowed(&Method::POST, "/api/fn/jobs/list", &none));
    }
}
