use super::steps::{marks, progress};
use super::{api, kind_name, state_name, title};
use crate::components::{
    Amount, Badge, Column, Loaded, Moment, PageHead, Pager, Place, Tab, Table, Tabs, load,
    use_filter,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::approval::{ApprovalSummary, Inbox};
use domain::money::Money;
use domain::page::Page;
use leptos::prelude::*;

/// The queue: what waits for me, what waits for others, what I asked for, everything I may see.
#[component]
pub fn ApprovalList() -> impl IntoView {
    let filter = use_filter();
    let inbox = move || match filter().text("inbox").as_deref() {
        Some("mine") => Inbox::Mine,
        Some("others") => Inbox::Others,
        Some("all") => Inbox::All,
        _ => Inbox::ToDecide,
    };
    let page = load(
        move || (inbox(), filter().page()),
        |(inbox, page)| async move { Ok((inbox, api::list(inbox, page).await?)) },
    );
    let tab = move |of: Inbox| Signal::derive(move || inbox() == of);
    let of = |inbox: &str| format!("{}?inbox={inbox}", routes::APPROVALS);
    view! {
        <PageHead title=t(text::APPROVALS_TITLE) lead=t(text::APPROVALS_LEAD)>
            <a class="link" href=routes::STAND_INS>{t(text::APPROVALS_STAND_INS)}</a>
            <a class="link" href=routes::APPROVAL_RULES>{t(text::APPROVALS_RULES)}</a>
            <a class="link" href=routes::SECOND_FACTOR>{t(text::ACCESS_SECOND_FACTOR)}</a>
        </PageHead>
        <Tabs label=t(text::APPROVALS_TITLE)>
            <Tab href=routes::APPROVALS here=tab(Inbox::ToDecide)>
                {t(text::APPROVALS_TO_DECIDE)}
            </Tab>
            <Tab href=of("others") here=tab(Inbox::Others)>{t(text::APPROVALS_OTHERS)}</Tab>
            <Tab href=of("mine") here=tab(Inbox::Mine)>{t(text::APPROVALS_MINE)}</Tab>
            <Tab href=of("all") here=tab(Inbox::All)>{t(text::APPROVALS_ALL)}</Tab>
        </Tabs>
        <Loaded from=page show=show />
    }
}

fn show((inbox, page): (Inbox, Page<ApprovalSummary>)) -> impl IntoView {
    let chooses = inbox == Inbox::ToDecide && !page.rows.is_empty();
    let mut columns = vec![
        Column::text(t(text::APPROVALS_REQUEST)),
        Column::text(t(text::APPROVALS_KIND)),
        Column::text(t(text::APPROVALS_STATE)),
        Column::text(t(text::APPROVALS_MARKS)),
        Column::text(t(text::APPROVALS_MAKER)),
        Column::number(t(text::APPROVALS_AMOUNT)),
        Column::number(t(text::APPROVALS_RUNNING)),
    ];
    if chooses {
        columns.insert(0, Column::text(t(text::APPROVALS_CHOSEN)));
    }
    let (place, empty) = (Place::of(&page), page.rows.is_empty());
    let mut running: Option<Money> = None;
    let rows = page.rows.into_iter().map(move |request| {
        let amount = request.amount();
        running = match (running, amount) {
            (Some(sum), Some(amount)) => sum.checked_add(amount).ok(),
            (sum, amount) => sum.or(amount),
        };
        row(request, running.filter(|_| amount.is_some()), chooses)
    });
    let table = view! {
        <Table
            caption=t(text::APPROVALS_TITLE)
            columns
            empty
            nothing=t(text::APPROVALS_NONE)
        >
            {rows.collect_view()}
        </Table>
    };
    let table = if chooses {
        view! {
            <form method="get" action=routes::APPROVALS_TOGETHER>
                {table}
                <div class="actions">
                    <button class="button" type="submit">{t(text::APPROVALS_TOGETHER)}</button>
                    <span class="field-hint">{t(text::APPROVALS_TOGETHER_HINT)}</span>
                </div>
            </form>
        }
        .into_any()
    } else {
        table.into_any()
    };
    view! {
        {table}
        <Pager place />
    }
}

fn row(request: ApprovalSummary, running: Option<Money>, chooses: bool) -> impl IntoView {
    let (state, tone) = state_name(&request.state);
    let choice = chooses.then(|| {
        let label = request.title.clone();
        view! {
            <td>
                <input type="checkbox" name="id" value=request.id.to_string() aria-label=label />
            </td>
        }
    });
    let (marks, progress) = (marks(&request), progress(&request));
    let amount = request.amount().map(|money| view! { <Amount money /> });
    view! {
        <tr>
            {choice}
            <td class="wrap">
                <a class="link" href=routes::approval(request.id)>{title(&request.title)}</a>
            </td>
            <td>{kind_name(request.kind)}</td>
            <td><Badge tone>{state}</Badge> <br /> <small>{progress}</small></td>
            <td>{marks}</td>
            <td>{request.maker_name} <br /> <small><Moment at=request.made_at /></small></td>
            <td class="number">{amount}</td>
            <td class="number">{running.map(|money| view! { <Amount money /> })}</td>
        </tr>
    }
}
