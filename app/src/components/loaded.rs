use crate::failure::Failure;
use crate::i18n::t;
use crate::islands::{explanation, title};
use crate::text;
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;
use leptos_router::hooks::use_location;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Something a screen loads.
pub type Load<T> = Resource<Result<T, Failure>>;

/// What a screen shows, fetched for a key: the address's query, an id, or nothing. Several of them
/// are fetched at the same time.
pub fn load<K, T, F>(
    key: impl Fn() -> K + Send + Sync + 'static,
    fetch: impl Fn(K) -> F + Send + Sync + 'static,
) -> Load<T>
where
    K: PartialEq + Clone + Send + Sync + 'static,
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    Resource::new(key, move |key| {
        let arriving = fetch(key);
        async move { arriving.await.inspect_err(answer_page) }
    })
}

/// A page that is written gets the status of what could not be loaded for it. What the state of
/// things does not allow yet, such as the overview before the first day is opened, is said on a page
/// that is all right.
fn answer_page(failure: &Failure) {
    if !matches!(failure, Failure::Conflict { .. }) {
        failure.set_status();
    }
}

/// Shows what was loaded; when it failed, why and what to do.
#[component]
pub fn Loaded<T, S, V>(
    /// From [`load`].
    from: Load<T>,
    /// The view of what is here.
    show: S,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    S: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Suspense>
            {move || {
                let show = show.clone();
                Suspend::new(async move {
                    match from.await {
                        Ok(value) => show(value).into_any(),
                        Err(failure) => view! { <Failed failure /> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

/// Why something could not be shown, with what the person can do about it.
#[component]
pub fn Failed(
    /// What happened.
    failure: Failure,
) -> impl IntoView {
    view! {
        <div class="failed" role="alert">
            <p class="failed-title">{t(title(&failure))}</p>
            {explanation(&failure)}
            {way_on(&failure)}
        </div>
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
        Failure::Busy { .. } | Failure::Unexpected { .. } => {
            view! { <a class="link" rel="external" href=here>{t(text::SHELL_TRY_AGAIN)}</a> }
                .into_any()
        }
        Failure::NotFound => {
            let home = crate::routes::HOME;
            view! {
                <p>{t(text::SHELL_NOT_FOUND_HINT)}</p>
                <a class="link" href=home>{t(text::SHELL_TO_THE_DAY)}</a>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}
