use super::{api, kind_name, state_name, title};
use crate::components::{
    Badge, Column, Loaded, Moment, PageHead, Pager, Place, Tab, Table, Tabs, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::approval::{ApprovalSummary, Inbox};
use domain::page::Page;
use leptos::prelude::*;

/// The inbox: what waits for me, what I asked for, everything I may see.
#[component]
pub fn ApprovalList() -> impl IntoView {
    let filter = use_filter();
    let inbox = move || match filter().text("inbox").as_deref() {
        Some("mine") => Inbox::Mine,
        Some("all") => Inbox::All,
        _ => Inbox::ToDecide,
    };
    let page = load(move || (inbox(), filter().page()), |(inbox, page)| api::list(inbox, page));
    let tab = move |of: Inbox| Signal::derive(move || inbox() == of);
    view! {
        <PageHead title=t(text::APPROVALS_TITLE) lead=t(text::APPROVALS_LEAD) />
        <Tabs label=t(text::APPROVALS_TITLE)>
            <Tab href=routes::APPROVALS here=tab(Inbox::ToDecide)>
                {t(text::APPROVALS_TO_DECIDE)}
            </Tab>
            <Tab href=format!("{}?inbox=mine", routes::APPROVALS) here=tab(Inbox::Mine)>
                {t(text::APPROVALS_MINE)}
            </Tab>
            <Tab href=format!("{}?inbox=all", routes::APPROVALS) here=tab(Inbox::All)>
                {t(text::APPROVALS_ALL)}
            </Tab>
        </Tabs>
        <Loaded from=page show=show />
    }
}

fn show(page: Page<ApprovalSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::APPROVALS_REQUEST)),
        Column::text(t(text::APPROVALS_KIND)),
        Column::text(t(text::APPROVALS_STATE)),
        Column::text(t(text::APPROVALS_MAKER)),
        Column::text(t(text::APPROVALS_MADE_AT)),
        Column::text(t(text::APPROVALS_CHECKER)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::APPROVALS_TITLE)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::APPROVALS_NONE)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(request: ApprovalSummary) -> impl IntoView {
    let (state, tone) = state_name(&request.state);
    view! {
        <tr>
            <td><a class="link" href=routes::approval(request.id)>{title(&request.title)}</a></td>
            <td>{kind_name(request.kind)}</td>
            <td><Badge tone>{state}</Badge></td>
            <td>{request.maker_name}</td>
            <td><Moment at=request.made_at /></td>
            <td>{request.checker_name}</td>
        </tr>
    }
}
