//! Why an uploaded file was refused travels to the next page in a cookie that lives for a moment:
//! so it works with and without our program in the browser, and reloading does not upload again.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use time::Duration;

const NAME: &str = "refusal";
/// Longest text carried, in bytes of its hexadecimal form; browsers keep cookies to 4 KiB.
const LENGTH_MAX: usize = 3_000;
/// Long enough for the redirect that follows.
const LIFE: Duration = Duration::seconds(5);

/// The cookie that carries the reasons, one a line.
#[must_use]
pub fn cookie(reasons: &str) -> Cookie<'static> {
    let mut text = String::new();
    for letter in reasons.chars() {
        if (text.len() + letter.len_utf8()) * 2 > LENGTH_MAX {
            text.push('\u{2026}');
            break;
        }
        text.push(letter);
    }
    Cookie::build((NAME, hex::encode(text)))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(LIFE)
        .build()
}

/// The reasons the request carries.
#[must_use]
pub fn shown(jar: &CookieJar) -> String {
    let text = jar.get(NAME).and_then(|cookie| hex::decode(cookie.value()).ok());
    text.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) -> String {
        shown(&CookieJar::new().add(cookie(text)))
    }

    #[test]
    fn reasons_arrive_in_any_script() {
        let text = "line 3, amount: the amount must not be negative\n第3行：金额";
        assert_eq!(round_trip(text), text);
    }

    #[test]
    fn a_long_list_is_cut_between_letters() {
        let cut = round_trip(&"错".repeat(5_000));
        assert!(cut.ends_with('\u{2026}') && cut.len() < 2_000, "{}", cut.len());
    }
}
