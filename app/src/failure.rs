//! The one error that crosses from the server to a screen: seven kinds that a screen can act on. What
//! went wrong in detail stays in the log, under the request's id.

use serde::{Deserialize, Serialize};

/// Why a server function gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Failure {
    /// Nobody is signed in, or not any more.
    #[error("signed out")]
    SignedOut,
    /// The roles do not allow it.
    #[error("forbidden")]
    Forbidden,
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// The state of things does not allow it now.
    #[error("{text}")]
    Conflict {
        /// Why, for the person.
        text: String,
    },
    /// Something given is wrong.
    #[error("{text}")]
    Invalid {
        /// The field to blame, where one is.
        field: Option<String>,
        /// What is wrong, for the person.
        text: String,
    },
    /// There is no time for it now, or the database is not there: it may be tried again.
    #[error("busy, see {reference}")]
    Busy {
        /// The request's id.
        reference: String,
    },
    /// Our fault.
    #[error("unexpected, see {reference}")]
    Unexpected {
        /// The request's id, under which the log tells more. Empty when no answer came at all.
        reference: String,
    },
}

#[cfg(feature = "ssr")]
impl Failure {
    /// A wrong field.
    pub fn invalid(field: &str, text: impl ToString) -> Self {
        let text = crate::phrases::phrase(in_words(&text.to_string()));
        Self::Invalid { field: Some(field.to_owned()), text }
    }
}

/// What the standard library says of a number that is none, in the words of a form.
#[cfg(feature = "ssr")]
fn in_words(text: &str) -> &str {
    match text {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "write a whole number, with the digits 0-9"
        }
        "number too large to fit in target type" | "number too small to fit in target type" => {
            "this number is out of range"
        }
        text => text,
    }
}

#[cfg(feature = "ssr")]
mod on_server {
    use super::Failure;
    use crate::phrases::phrase;
    use crate::session;
    use backoffice::explain::{Explain, Kind, busy};
    use http::header::ACCEPT;
    use http::request::Parts;
    use http::{Method, StatusCode};
    use leptos::prelude::{FromServerFnError, ServerFnErrorErr, use_context};
    use leptos::server_fn::Bytes;
    use leptos::server_fn::codec::JsonEncoding;
    use leptos_axum::ResponseOptions;
    use std::error::Error;

    fn reference() -> String {
        session::request_id().unwrap_or_default()
    }

    impl FromServerFnError for Failure {
        type Encoder = JsonEncoding;

        fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
            match error {
                ServerFnErrorErr::Args(text) | ServerFnErrorErr::MissingArg(text) => {
                    let (field, text) = unreadable(&text);
                    Self::Invalid { field, text: phrase(text) }
                }
                _ => Self::Unexpected { reference: reference() },
            }
        }

        /// A server function that fails comes through here: the answer gets the failure's status.
        fn ser(&self) -> Bytes {
            self.set_status();
            serde_json::to_vec(self).map_or_else(|error| error.to_string().into(), Bytes::from)
        }
    }

    /// What a person is told who sent something no command can be made of, and at which field.
    fn unreadable(text: &str) -> (Option<String>, &str) {
        if ["a date must", "a month must"].iter().any(|begins| text.starts_with(begins)) {
            return (None, text);
        }
        if let Some((_, rest)) = text.split_once("missing field `") {
            let field = rest.split('`').next().map(str::to_owned);
            return (field, "fill this in");
        }
        if text.contains("unknown variant") {
            return (None, "choose one of what is offered");
        }
        (None, "something in this form cannot be read: open the page again and fill it in anew")
    }

    impl<E: Explain> From<E> for Failure {
        fn from(error: E) -> Self {
            let failure = match error.kind() {
                Kind::SignedOut => Self::SignedOut,
                Kind::Forbidden(_) => Self::Forbidden,
                Kind::NotFound => Self::NotFound,
                Kind::Conflict => Self::Conflict { text: phrase(&error.to_string()) },
                Kind::Invalid(field) => Self::Invalid {
                    field: error.field().or_else(|| field.map(str::to_owned)),
                    text: phrase(&error.to_string()),
                },
                Kind::Unexpected if busy(&error) => Self::Busy { reference: reference() },
                Kind::Unexpected => Self::Unexpected { reference: reference() },
            };
            write_down(&failure, &error);
            failure
        }
    }

    /// Once, with all its causes.
    fn write_down(failure: &Failure, error: &(dyn Error + 'static)) {
        let mut causes = Vec::new();
        let mut cause = error.source();
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        let (request, causes) = (reference(), causes.join(": "));
        match failure {
            Failure::Busy { .. } => tracing::warn!(request, %error, causes, "busy"),
            Failure::Unexpected { .. } => tracing::error!(request, %error, causes, "failed"),
            Failure::Forbidden => tracing::warn!(request, %error, "refused"),
            _ => tracing::info!(request, %error, causes, "refused"),
        }
    }

    impl Failure {
        /// Gives the answer its status. A form posted without our program in the browser is answered
        /// with a way back, whose status must stay.
        pub(crate) fn set_status(&self) {
            let (Some(options), Some(parts)) =
                (use_context::<ResponseOptions>(), use_context::<Parts>())
            else {
                return;
            };
            let accepts = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
            let page = accepts.is_some_and(|accepts| accepts.contains("text/html"));
            if page && parts.method != Method::GET {
                return;
            }
            options.set_status(match self {
                Failure::SignedOut => StatusCode::UNAUTHORIZED,
                Failure::Forbidden => StatusCode::FORBIDDEN,
                Failure::NotFound => StatusCode::NOT_FOUND,
                Failure::Conflict { .. } => StatusCode::CONFLICT,
                Failure::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
                Failure::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
                Failure::Unexpected { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            });
        }
    }

    #[cfg(test)]
    mod tests {
        use super::unreadable;

        #[test]
        fn nobody_is_shown_what_the_program_thinks_of_a_form() {
            let date = "a date must be written like 2026-03-31";
            assert_eq!(unreadable(date), (None, date));
            let (field, text) = unreadable("missing field `merchant` at line 1");
            assert_eq!((field.as_deref(), text), (Some("merchant"), "fill this in"));
            let variant = "unknown variant `-5`, expected one of `suspend_long`, `ignore`";
            assert_eq!(unreadable(variant), (None, "choose one of what is offered"));
            for text in ["invalid type: map", "UUID parsing failed: invalid length"] {
                assert!(unreadable(text).1.starts_with("something in this form"), "{text}");
            }
        }
    }
}
