use super::{
    action_name, api, booking, cash_effect_name, cause_name, leg_name, records, status_name, work,
};
use crate::components::{
    Amount, Badge, Fact, Facts, Loaded, Moment, PageHead, Panel, Step, Timeline, Tone, load,
};
use crate::failure::Failure;
use crate::i18n::{Text, t};
use crate::{routes, text};
use domain::error_item::{Cause, ErrorItemDetail, ErrorItemState, TimelineEvent};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;
use leptos_router::hooks::use_params_map;

/// One error item: both records, what happened, and what can be done.
#[component]
pub fn ErrorItemPage() -> impl IntoView {
    let params = use_params_map();
    let item = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=item show=show /> }
}

fn show(detail: ErrorItemDetail) -> impl IntoView {
    let lead = cause_name(detail.difference().cause);
    let history = routes::audit_of(&detail.item.id.to_string());
    let (facts, records, work) =
        (facts(&detail), records::show(detail.difference()), work::show(&detail));
    let events = detail.timeline.into_iter().map(event).collect_view();
    view! {
        <PageHead title=detail.item.number lead>
            <a class="link" href=history>{t(text::ERROR_ITEMS_HISTORY)}</a>
        </PageHead>
        {facts}
        {records}
        {work}
        <Panel title=t(text::ERROR_ITEMS_TIMELINE)>
            <Timeline>{events}</Timeline>
        </Panel>
    }
}

fn facts(detail: &ErrorItemDetail) -> impl IntoView + use<> {
    let found = detail.difference();
    let (status, tone) = status_name(detail.item.state.status());
    let effect = cash_effect_name(detail.cash_effect)
        .map(|(word, tone)| view! { " " <Badge tone>{word}</Badge> });
    let channel = found.channel.clone().map(|code| {
        let href = routes::channel(&code);
        view! {
            <Fact term=t(text::ERROR_ITEMS_CHANNEL)>
                <a class="link" href=href>{code}</a>
            </Fact>
        }
    });
    let account = found.account.as_ref().map(|account| {
        let account = booking::account(account);
        view! { <Fact term=t(text::ERROR_ITEMS_ACCOUNT)>{account}</Fact> }
    });
    let (difference, opened_at) = (found.difference, detail.item.opened_at);
    let (leg, date) = (leg_name(found.leg), found.clearing_date.to_string());
    let assignee = detail.assignee_name.clone();
    let (outcome, links) = (outcome(detail), links(detail));
    view! {
        <Panel title=t(text::ERROR_ITEMS_ITEM)>
            <Facts>
                <Fact term=t(text::ERROR_ITEMS_STATUS)><Badge tone>{status}</Badge></Fact>
                <Fact term=t(text::ERROR_ITEMS_DIFFERENCE)>
                    <Amount money=difference />
                    {effect}
                </Fact>
                <Fact term=t(text::ERROR_ITEMS_LEG)>{leg}</Fact>
                {channel}
                <Fact term=t(text::ERROR_ITEMS_CLEARING_DATE)>{date}</Fact>
                {account}
                <Fact term=t(text::ERROR_ITEMS_ASSIGNEE)>{assignee}</Fact>
                <Fact term=t(text::ERROR_ITEMS_OPENED_AT)><Moment at=opened_at /></Fact>
                {outcome}
                <Fact term=t(text::ERROR_ITEMS_LINKS)>{links}</Fact>
            </Facts>
        </Panel>
    }
}

/// What became of it.
fn outcome(detail: &ErrorItemDetail) -> AnyView {
    match detail.item.state.clone() {
        ErrorItemState::Resolved { action, at, .. } => view! {
            <Fact term=t(text::ERROR_ITEMS_RESOLUTION)>
                {action_name(action)} " " <Moment at />
            </Fact>
        }
        .into_any(),
        ErrorItemState::Closed { reason, at } => view! {
            <Fact term=t(text::ERROR_ITEMS_RESOLUTION)>{reason} " " <Moment at /></Fact>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

/// Everything it is about.
fn links(detail: &ErrorItemDetail) -> impl IntoView + use<> {
    let of = detail.difference().links;
    [
        (text::ERROR_ITEMS_LINK_PAYMENT, of.payment.map(routes::payment)),
        (text::ERROR_ITEMS_LINK_REFUND, of.refund.map(routes::refund)),
        (text::ERROR_ITEMS_LINK_ORDER, of.order.map(routes::order)),
        (text::ERROR_ITEMS_LINK_PAYOUT, of.payout.map(routes::payout)),
        (text::ERROR_ITEMS_LINK_MERCHANT, of.merchant.map(routes::merchant)),
        (text::ERROR_ITEMS_LINK_BILL_LINE, of.bill_line.map(routes::bill_line)),
        (text::ERROR_ITEMS_LINK_STATEMENT_LINE, of.statement_line.map(routes::statement_line)),
        (text::ERROR_ITEMS_LINK_RUN, detail.reconciliation.map(routes::reconciliation)),
        (text::ERROR_ITEMS_LINK_APPROVAL, detail.approval.map(routes::approval)),
        (text::ERROR_ITEMS_LINK_JOURNAL, detail.journal.map(routes::journal)),
    ]
    .into_iter()
    .filter_map(|(words, href)| link(words, href?))
    .collect_view()
}

fn link(words: Text, href: String) -> Option<impl IntoView> {
    Some(view! { <a class="link" href=href>{t(words)}</a> " " })
}

fn event(event: TimelineEvent) -> impl IntoView {
    let (word, tone) = match event.event.as_str() {
        "opened" => (text::ERROR_ITEMS_EVENT_OPENED, Tone::Bad),
        "changed" => (text::ERROR_ITEMS_EVENT_CHANGED, Tone::Warn),
        "assigned" => (text::ERROR_ITEMS_EVENT_ASSIGNED, Tone::Info),
        "commented" => (text::ERROR_ITEMS_EVENT_COMMENTED, Tone::Neutral),
        "proposed" => (text::ERROR_ITEMS_EVENT_PROPOSED, Tone::Warn),
        "rejected" => (text::ERROR_ITEMS_EVENT_REJECTED, Tone::Bad),
        "withdrawn" => (text::ERROR_ITEMS_EVENT_WITHDRAWN, Tone::Neutral),
        "stale" => (text::ERROR_ITEMS_EVENT_STALE, Tone::Bad),
        "resolved" => (text::ERROR_ITEMS_EVENT_RESOLVED, Tone::Good),
        _ => (text::ERROR_ITEMS_EVENT_CLOSED, Tone::Neutral),
    };
    let title = format!("{} · {}", t(word), event.actor);
    let text = if event.event == "opened" { opening(&event.text) } else { event.text };
    view! { <Step at=Some(event.at) title tone><p>{text}</p></Step> }
}

/// What was found, in the reader's words: it is written down as `cause: difference amount`.
fn opening(text: &str) -> String {
    let parts = text.split_once(": difference ");
    let found = parts.and_then(|(cause, amount)| Some((Cause::named(cause)?, amount)));
    found.map_or_else(
        || text.to_owned(),
        |(cause, amount)| format!("{} {amount}", cause_name(cause)),
    )
}
