use crate::failure::Failure;
use crate::i18n::t;
use crate::session::Changes;
use crate::text;
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;
use leptos_router::hooks::use_location;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a screen shows, fetched for a key: the address's query, an id, or nothing. It is fetched
/// again when the key changes and after each command of this page.
pub fn load<K, T, F>(
    key: impl Fn() -> K + Send + Sync + 'static,
    fetch: impl Fn(K) -> F + Send + Sync + 'static,
) -> Resource<Result<T, Failure>>
where
    K: PartialEq + Clone + Send + Sync + 'static,
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let changes = use_context::<Changes>();
    let key = move || (changes.map(Changes::count), key());
    Resource::new(key, move |(_, key)| fetch(key))
}

/// Shows what was loaded: while it loads, a placeholder; when it failed, why and what to do.
#[component]
pub fn Loaded<T, S, V>(
    /// From [`load`].
    from: Resource<Result<T, Failure>>,
    /// The view of what is here.
    show: S,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    S: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=|| view! { <Loading /> }>
            {move || {
                let show = show.clone();
                Suspend::new(async move {
                    match from.await {
                        Ok(value) => show(value).into_any(),
                        Err(failure) => view! { <Failed failure /> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}

/// The placeholder of something that is on its way.
#[component]
pub fn Loading() -> impl IntoView {
    view! {
        <div class="loading" role="status">
            <span class="sr-only">{t(text::SHELL_LOADING)}</span>
            <span class="loading-bar" aria-hidden="true"></span>
            <span class="loading-bar" aria-hidden="true"></span>
            <span class="loading-bar" aria-hidden="true"></span>
        </div>
    }
}

/// Why something could not be shown, with what the person can do about it.
#[component]
pub fn Failed(
    /// What happened.
    failure: Failure,
) -> impl IntoView {
    let title = match &failure {
        Failure::SignedOut => text::SHELL_FAILED_SIGNED_OUT,
        Failure::Forbidden => text::SHELL_FAILED_FORBIDDEN,
        Failure::NotFound => text::SHELL_FAILED_NOT_FOUND,
        Failure::Conflict { .. } => text::SHELL_FAILED_CONFLICT,
        Failure::Invalid { .. } => text::SHELL_FAILED_INVALID,
        Failure::Unexpected { reference } if reference.is_empty() => text::SHELL_FAILED_NO_ANSWER,
        Failure::Unexpected { .. } => text::SHELL_FAILED_UNEXPECTED,
    };
    view! {
        <div class="failed" role="alert">
            <p class="failed-title">{t(title)}</p>
            {explanation(&failure)}
            {way_on(&failure)}
        </div>
    }
}

/// The sentence below the title, and the reference that helps the person who reads the log.
pub(super) fn explanation(failure: &Failure) -> AnyView {
    match failure {
        Failure::Conflict { text } | Failure::Invalid { text, .. } => {
            view! { <p>{text.clone()}</p> }.into_any()
        }
        Failure::Unexpected { reference } if !reference.is_empty() => view! {
            <p>
                {t(text::SHELL_REFERENCE)} " " <code class="id">{reference.clone()}</code>
            </p>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

fn way_on(failure: &Failure) -> AnyView {
    let location = use_location();
    let here = move || {
        let (path, search) = (location.pathname.get(), location.search.get());
        if search.is_empty() { path } else { format!("{path}?{search}") }
    };
    match failure {
        Failure::SignedOut => {
            let href = move || crate::routes::sign_in(&here());
            view! { <a class="link" rel="external" href=href>{t(text::SHELL_SIGN_IN_AGAIN)}</a> }
                .into_any()
        }
        Failure::Unexpected { .. } => {
            view! { <a class="link" rel="external" href=here>{t(text::SHELL_TRY_AGAIN)}</a> }
                .into_any()
        }
        _ => ().into_any(),
    }
}
