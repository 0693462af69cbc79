use crate::i18n::t;
use crate::text;
use domain::page::PageRequest;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use std::str::FromStr;

/// The filter of a list as it stands in the address, so that a link shows the same list again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(ParamsMap);

impl Query {
    /// The value of a field, unless it is blank.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Every value of a field that stands there several times.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.get_all(name).unwrap_or_default()
    }

    /// The value of a field as something else. What cannot be read is as if it were not there.
    #[must_use]
    pub fn value<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).and_then(|value| value.parse().ok())
    }

    /// The page that is asked for.
    #[must_use]
    pub fn page(&self) -> PageRequest {
        PageRequest::number(self.value("page").unwrap_or(1))
    }
}

/// The filter in the address; tracks.
pub fn use_filter() -> impl Fn() -> Query + Copy + Send + Sync + 'static {
    let query = use_query_map();
    move || {
        let mut query = query.get();
        query.remove("__path");
        query.remove("__err");
        Query(query)
    }
}

/// The fields a list is filtered by. Sending it changes the address, nothing else.
#[component]
pub fn FilterForm(
    /// The list's own address.
    action: &'static str,
    /// What the button says; "filter", where nothing else is meant.
    #[prop(optional)]
    says: Option<&'static str>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    view! {
        <form method="get" action=action class="filter" role="search">
            {children()}
            <div class="actions">
                <button class="button" type="submit">{says.unwrap_or(t(text::SHELL_FILTER))}</button>
                <a class="link" href=action>{t(text::SHELL_FILTER_CLEAR)}</a>
            </div>
        </form>
    }
}
