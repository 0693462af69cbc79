use crate::i18n::{t, tf};
use crate::text;
use domain::page::{Cursor, Page};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use leptos_router::params::ParamsMap;

/// A column's heading.
#[derive(Debug, Clone)]
pub struct Column {
    title: &'static str,
    class: &'static str,
}

impl Column {
    /// A column of words, aligned to the left.
    #[must_use]
    pub const fn text(title: &'static str) -> Self {
        Self { title, class: "" }
    }

    /// A column of amounts or counts, aligned to the right; its cells have the class `number`.
    #[must_use]
    pub const fn number(title: &'static str) -> Self {
        Self { title, class: "number" }
    }

    /// Its heading.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }
}

/// A table. Its rows are given as `<tr>`s.
#[component]
pub fn Table(
    /// What the table holds, for people who do not see the page around it.
    #[prop(into)]
    caption: String,
    /// The headings.
    columns: Vec<Column>,
    /// Whether there are no rows; then `nothing` stands in their place.
    #[prop(optional)]
    empty: bool,
    /// What to say when there are no rows.
    #[prop(optional, into)]
    nothing: Option<String>,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let width = columns.len().to_string();
    let head = columns
        .into_iter()
        .map(|column| view! { <th scope="col" class=column.class>{column.title}</th> })
        .collect_view();
    let nothing = empty.then(|| {
        let nothing = nothing.unwrap_or_else(|| t(text::SHELL_EMPTY).to_owned());
        view! { <tr><td class="nothing" colspan=width>{nothing}</td></tr> }
    });
    let label = caption.clone();
    view! {
        <div class="table-frame" role="region" tabindex="0" aria-label=label>
            <table>
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{nothing} {children()}</tbody>
            </table>
        </div>
    }
}

/// Where a page stands in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    number: i64,
    pages: i64,
    total: i64,
}

impl Place {
    /// The place of this page.
    #[must_use]
    pub fn of<T>(page: &Page<T>) -> Self {
        Self { number: page.request.number, pages: page.pages(), total: page.total }
    }
}

/// Links to the other pages of a list. The page stands in the address as `page`.
#[component]
pub fn Pager(
    /// Where the shown page stands in its list, from [`Place::of`].
    place: Place,
) -> impl IntoView {
    let Place { number, pages, total } = place;
    let (path, query) = (use_location().pathname, use_query_map());
    let link = move |wanted: i64, rel: &'static str, text: &'static str| {
        let there = (1..=pages).contains(&wanted) && wanted != number;
        there.then(|| {
            let href =
                format!("{}{}", path.get_untracked(), with_page(query.get_untracked(), wanted));
            view! { <a class="button" rel=rel href=href>{text}</a> }
        })
    };
    let words = tf(
        text::SHELL_PAGE_OF,
        [
            ("page", &number.to_string()),
            ("pages", &pages.to_string()),
            ("total", &total.to_string()),
        ],
    );
    view! {
        <nav class="pager" aria-label=t(text::SHELL_PAGES)>
            <span>{words}</span>
            <span class="actions">
                {link(number - 1, "prev", t(text::SHELL_PREVIOUS))}
                {link(number + 1, "next", t(text::SHELL_NEXT))}
            </span>
        </nav>
    }
}

/// Links through a list that runs from new to old and is not counted. The place stands in the
/// address as `after`.
#[component]
pub fn Older(
    /// Where the next rows begin; none at the end.
    older: Option<Cursor>,
) -> impl IntoView {
    let (path, query) = (use_location().pathname.get_untracked(), use_query_map());
    let begun = query.with_untracked(|query| query.get("after").is_some());
    let href = move |after: Option<Cursor>| {
        let mut query = query.get_untracked();
        for name in ["__path", "__err", "after", "page"] {
            query.remove(name);
        }
        if let Some(after) = after {
            query.insert("after", after.to_string());
        }
        format!("{path}{}", query.to_query_string())
    };
    let newest = begun.then(|| {
        view! { <a class="button" rel="first" href=href(None)>{t(text::SHELL_NEWEST)}</a> }
    });
    let older = older.map(|older| {
        let href = href(Some(older));
        view! { <a class="button" rel="next" href=href>{t(text::SHELL_OLDER)}</a> }
    });
    view! {
        <nav class="pager" aria-label=t(text::SHELL_PAGES)>
            <span class="actions">{newest} {older}</span>
        </nav>
    }
}

fn with_page(mut query: ParamsMap, number: i64) -> String {
    query.remove("__path");
    query.remove("__err");
    query.replace("page", number.to_string());
    query.to_query_string()
}
