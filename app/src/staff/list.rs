use super::api;
use crate::components::{Badge, Column, Loaded, Moment, PageHead, Table, Tone, load};
use crate::i18n::t;
use crate::session::role_name;
use crate::{routes, text};
use domain::staff::StaffDetail;
use leptos::prelude::*;

/// Everybody, with their roles.
#[component]
pub fn StaffList() -> impl IntoView {
    let people = load(|| (), |()| api::list());
    view! {
        <PageHead title=t(text::STAFF_TITLE) lead=t(text::STAFF_LEAD) />
        <Loaded from=people show=show />
    }
}

fn show(people: Vec<StaffDetail>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::STAFF_NAME)),
        Column::text(t(text::STAFF_LOGIN)),
        Column::text(t(text::STAFF_ROLES)),
        Column::text(t(text::STAFF_ACCOUNT)),
        Column::text(t(text::STAFF_LAST_SEEN)),
    ];
    view! {
        <Table caption=t(text::STAFF_TITLE) columns empty=people.is_empty()>
            {people.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn row(person: StaffDetail) -> impl IntoView {
    let roles: Vec<_> = person.roles.iter().map(|role| role_name(*role)).collect();
    view! {
        <tr>
            <td><a class="link" href=routes::member(person.id)>{person.name}</a></td>
            <td><code>{person.login}</code></td>
            <td>{roles.join(", ")}</td>
            <td>{account(person.active)}</td>
            <td>{person.last_seen_at.map(|at| view! { <Moment at /> })}</td>
        </tr>
    }
}

pub(super) fn account(active: bool) -> impl IntoView {
    let (tone, word) =
        if active { (Tone::Good, text::STAFF_ACTIVE) } else { (Tone::Neutral, text::STAFF_CLOSED) };
    view! { <Badge tone>{t(word)}</Badge> }
}
