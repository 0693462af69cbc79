use super::{Views, api};
use crate::components::{
    Badge, Column, Loaded, Moment, PageHead, Pager, Place, Table, Tone, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::page::Page;
use domain::reserve::proof::ProofDay;
use leptos::prelude::*;

/// The accounting days with their signed proofs, the latest first.
#[component]
pub fn ProofList() -> impl IntoView {
    let filter = use_filter();
    let page = load(move || filter().page(), api::proofs);
    view! {
        <PageHead title=t(text::RESERVE_PROOFS) lead=t(text::RESERVE_PROOFS_LEAD) />
        <Views here=routes::RESERVE_PROOFS />
        <Loaded from=page show=show />
    }
}

fn show(page: Page<ProofDay>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_DAY)),
        Column::text(t(text::RESERVE_BOOKS)),
        Column::text(t(text::RESERVE_STATE)),
        Column::text(t(text::RESERVE_MAKER)),
        Column::text(t(text::RESERVE_SIGNER)),
        Column::text(t(text::RESERVE_SIGNED_AT)),
    ];
    let place = Place::of(&page);
    view! {
        <Table caption=t(text::RESERVE_PROOFS) columns empty=page.rows.is_empty()>
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(one: ProofDay) -> impl IntoView {
    let books = if one.closed { text::RESERVE_BOOKS_CLOSED } else { text::RESERVE_BOOKS_OPEN };
    let (tone, word) = match (&one.signed, one.waiting) {
        (_, Some(_)) => (Tone::Warn, text::RESERVE_WAITING),
        (Some(_), None) => (Tone::Good, text::RESERVE_SIGNED),
        (None, None) => (Tone::Neutral, text::RESERVE_UNSIGNED),
    };
    let (maker, checker, at) = match one.signed {
        Some((_, at, maker, checker)) => (maker, checker, Some(at)),
        None => (String::new(), String::new(), None),
    };
    view! {
        <tr>
            <td><a class="link" href=routes::reserve_proof(one.day)>{one.day.to_string()}</a></td>
            <td>{t(books)}</td>
            <td><Badge tone>{t(word)}</Badge></td>
            <td>{maker}</td>
            <td>{checker}</td>
            <td>{at.map(|at| view! { <Moment at /> })}</td>
        </tr>
    }
}
