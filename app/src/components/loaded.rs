use crate::failure::Failure;
use crate::i18n::t;
use crate::session::Changes;
use crate::text;
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;
use leptos_router::hooks::use_location;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

/// Something a screen loads. However many kinds of things there are, the browser's package holds
/// the machinery of loading only once: inside, all of them are [`Parcel`]s.
pub struct Load<T> {
    found: Resource<Result<Parcel, Failure>>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Load<T> {}

/// A value on its way from the server: as JSON with the page, as it is when fetched later.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Parcel {
    json: String,
    #[serde(skip)]
    value: Option<Arc<dyn Any + Send + Sync>>,
}

impl Parcel {
    fn of<T: Serialize + Send + Sync + 'static>(value: T) -> Self {
        let with_page = cfg!(feature = "ssr").then(|| serde_json::to_string(&value).ok()).flatten();
        Self { json: with_page.unwrap_or_default(), value: Some(Arc::new(value)) }
    }

    fn open<T: DeserializeOwned + Clone + 'static>(&self) -> Option<T> {
        let here = self.value.as_ref().and_then(|value| value.downcast_ref::<T>());
        here.cloned().or_else(|| serde_json::from_str(&self.json).ok())
    }
}

/// What something is loaded for, whatever its type.
#[derive(Clone)]
struct Key {
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

impl Key {
    fn of<K: PartialEq + Send + Sync + 'static>(key: K) -> Self {
        let same = |left: &dyn Any, right: &dyn Any| {
            left.downcast_ref::<K>().is_some_and(|left| Some(left) == right.downcast_ref::<K>())
        };
        Self { value: Arc::new(key), same }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}

type Arriving = Pin<Box<dyn Future<Output = Result<Parcel, Failure>> + Send>>;

/// What a screen shows, fetched for a key: the address's query, an id, or nothing. It is fetched
/// again when the key changes and after each command of this page.
pub fn load<K, T, F>(
    key: impl Fn() -> K + Send + Sync + 'static,
    fetch: impl Fn(K) -> F + Send + Sync + 'static,
) -> Load<T>
where
    K: PartialEq + Clone + Send + Sync + 'static,
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let fetch = move |key: Key| -> Arriving {
        let arriving = key.value.downcast_ref::<K>().cloned().map(&fetch);
        Box::pin(async move {
            let arrived = match arriving {
                Some(arriving) => arriving.await.map(Parcel::of),
                None => Err(Failure::Unexpected { reference: String::new() }),
            };
            arrived.inspect_err(answer_page)
        })
    };
    let found = resource(Box::new(move || Key::of(key())), Box::new(fetch));
    Load { found, of: PhantomData }
}

/// A page that is written gets the status of what could not be loaded for it. What the state of
/// things does not allow yet, such as the overview before the first day is opened, is said on a page
/// that is all right.
fn answer_page(failure: &Failure) {
    if !matches!(failure, Failure::Conflict { .. }) {
        failure.set_status();
    }
}

fn resource(
    key: Box<dyn Fn() -> Key + Send + Sync>,
    fetch: Box<dyn Fn(Key) -> Arriving + Send + Sync>,
) -> Resource<Result<Parcel, Failure>> {
    let changes = use_context::<Changes>();
    let key = move || (changes.map(Changes::count), key());
    Resource::new(key, move |(_, key)| fetch(key))
}

/// Shows what was loaded: while it loads, a placeholder; when it failed, why and what to do.
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
    let show = move |parcel: &Parcel| parcel.open().map(|value| show(value).into_any());
    shown(from.found, Arc::new(show))
}

type Show = Arc<dyn Fn(&Parcel) -> Option<AnyView> + Send + Sync>;

fn shown(found: Resource<Result<Parcel, Failure>>, show: Show) -> AnyView {
    view! {
        <Transition fallback=|| view! { <Loading /> }>
            {move || {
                let show = show.clone();
                Suspend::new(async move {
                    let opened = found.await.and_then(|parcel| {
                        show(&parcel).ok_or(Failure::Unexpected { reference: String::new() })
                    });
                    opened.unwrap_or_else(|failure| view! { <Failed failure /> }.into_any())
                })
            }}
        </Transition>
    }
    .into_any()
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
