use super::names::{action_name, cause_name, leg_name, queue_name, status_name, step_text};
use super::{api, booking, cash_effect, evidence, records, work};
use crate::components::{
    Amount, Badge, Fact, Facts, Loaded, Moment, PageHead, Panel, Step, Timeline, Tone, load,
};
use crate::failure::Failure;
use crate::i18n::{Text, t, tf};
use crate::phrases::phrase;
use crate::session::channel_name;
use crate::{routes, text};
use domain::error_item::{Action, Cause, ErrorItemDetail, ErrorItemState, TimelineEvent};
use leptos::prelude::*;
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
    let (evidence, related) = (evidence::show(&detail), related(&detail));
    let events = detail.timeline.into_iter().map(event).collect_view();
    view! {
        <PageHead title=detail.item.number lead>
            <a class="link" href=history>{t(text::ERROR_ITEMS_HISTORY)}</a>
        </PageHead>
        {facts}
        {records}
        {work}
        {evidence}
        {related}
        <Panel title=t(text::ERROR_ITEMS_TIMELINE)>
            <Timeline>{events}</Timeline>
        </Panel>
    }
}

fn facts(detail: &ErrorItemDetail) -> impl IntoView + use<> {
    let found = detail.difference();
    let (status, tone) = status_name(detail.item.state.status());
    let effect = cash_effect(detail.cash_effect);
    let channel = found.channel.clone().map(|code| {
        let href = routes::channel(&code);
        view! {
            <Fact term=t(text::ERROR_ITEMS_CHANNEL)>
                <a class="link" href=href>{channel_name(&code)}</a>
            </Fact>
        }
    });
    let account = found.account.as_ref().map(|account| {
        let account = booking::account(account);
        view! { <Fact term=t(text::ERROR_ITEMS_ACCOUNT)>{account}</Fact> }
    });
    let (difference, opened_at) = (found.difference, detail.item.opened_at);
    let (leg, date) = (leg_name(found.leg), found.clearing_date.to_string());
    let (queue, due_at) = (queue_name(detail.queue), detail.due_at);
    let late = detail.escalated_at.map(|_| {
        view! { " " <Badge tone=Tone::Bad>{t(text::ERROR_ITEMS_OVERDUE)}</Badge> }
    });
    let by = detail.opened_by.as_ref().map(|by| {
        let by = tf(text::ERROR_ITEMS_OPENED_BY, [("name", by)]);
        view! { " " <Badge tone=Tone::Info>{by}</Badge> }
    });
    let (case, advanced) = (case(detail), advanced(detail));
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
                <Fact term=t(text::ERROR_ITEMS_QUEUE)>{queue}</Fact>
                <Fact term=t(text::ERROR_ITEMS_DUE)><Moment at=due_at /> {late}</Fact>
                <Fact term=t(text::ERROR_ITEMS_OPENED_AT)><Moment at=opened_at /> {by}</Fact>
                {case}
                {advanced}
                {outcome}
                <Fact term=t(text::ERROR_ITEMS_LINKS)>{links}</Fact>
            </Facts>
        </Panel>
    }
}

/// The case it belongs to.
fn case(detail: &ErrorItemDetail) -> impl IntoView + use<> {
    detail.case.as_ref().filter(|(_, members)| *members > 0).map(|(key, members)| {
        let href = routes::error_item_case(key);
        let count = tf(text::ERROR_ITEMS_CASE_OF, [("count", &members.to_string())]);
        view! {
            <Fact term=t(text::ERROR_ITEMS_CASE)><a class="link" href=href>{count}</a></Fact>
        }
    })
}

/// That its payment was settled although it does not match.
fn advanced(detail: &ErrorItemDetail) -> impl IntoView + use<> {
    detail.advanced.then(|| {
        view! {
            <Fact term=t(text::ERROR_ITEMS_ADVANCED_AT)>
                <a class="link" href=routes::ERROR_ITEM_ADVANCES>
                    <Badge tone=Tone::Warn>{t(text::ERROR_ITEMS_ADVANCED)}</Badge>
                </a>
            </Fact>
        }
    })
}

/// What became of it.
fn outcome(detail: &ErrorItemDetail) -> impl IntoView + use<> {
    let done = detail.item.outcome.map(|outcome| {
        let suspense = outcome.in_suspense.then(|| {
            view! {
                <Fact term=t(text::ERROR_ITEMS_IN_SUSPENSE)>
                    {t(text::ERROR_ITEMS_IN_SUSPENSE_YES)}
                </Fact>
            }
        });
        view! {
            <Fact term=t(text::ERROR_ITEMS_RESOLUTION)>{action_name(outcome.action)}</Fact>
            {suspense}
        }
    });
    let state = match detail.item.state.clone() {
        ErrorItemState::Executed { at } | ErrorItemState::Verified { at } => {
            view! { <Fact term=t(text::ERROR_ITEMS_CONCLUDED)><Moment at /></Fact> }.into_any()
        }
        ErrorItemState::Closed { reason, at } | ErrorItemState::AutoResolved { reason, at } => {
            let reason = phrase(&reason);
            view! {
                <Fact term=t(text::ERROR_ITEMS_CONCLUDED)>{reason} " " <Moment at /></Fact>
            }
            .into_any()
        }
        ErrorItemState::Snoozed { until } => {
            view! { <Fact term=t(text::ERROR_ITEMS_SNOOZED_UNTIL)><Moment at=until /></Fact> }
                .into_any()
        }
        ErrorItemState::Rejected { reason } => {
            view! { <Fact term=t(text::ERROR_ITEMS_EVENT_REJECTED)>{reason}</Fact> }.into_any()
        }
        _ => ().into_any(),
    };
    (done, state)
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

/// Other items about the same record, payment or order.
fn related(detail: &ErrorItemDetail) -> impl IntoView + use<> {
    let items = detail.related.clone();
    (!items.is_empty()).then(|| {
        let items = items.into_iter().map(|item| {
            let (status, tone) = status_name(item.status);
            view! {
                <p>
                    <a class="link" href=routes::error_item(item.id)>{item.number}</a>
                    " "
                    {cause_name(item.cause)}
                    " "
                    <Badge tone>{status}</Badge>
                </p>
            }
        });
        let items = items.collect_view();
        view! { <Panel title=t(text::ERROR_ITEMS_RELATED)>{items}</Panel> }
    })
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
        "escalated" => (text::ERROR_ITEMS_EVENT_ESCALATED, Tone::Bad),
        "evidence" => (text::ERROR_ITEMS_EVENT_EVIDENCE, Tone::Info),
        "released" => (text::ERROR_ITEMS_EVENT_RELEASED, Tone::Neutral),
        "investigated" => (text::ERROR_ITEMS_EVENT_INVESTIGATED, Tone::Info),
        "snoozed" => (text::ERROR_ITEMS_EVENT_SNOOZED, Tone::Neutral),
        "woken" => (text::ERROR_ITEMS_EVENT_WOKEN, Tone::Info),
        "approved" => (text::ERROR_ITEMS_EVENT_APPROVED, Tone::Good),
        "verified" => (text::ERROR_ITEMS_EVENT_VERIFIED, Tone::Good),
        "auto_resolved" => (text::ERROR_ITEMS_EVENT_AUTO_RESOLVED, Tone::Good),
        "reopened" => (text::ERROR_ITEMS_EVENT_REOPENED, Tone::Bad),
        "undone" => (text::ERROR_ITEMS_EVENT_UNDONE, Tone::Neutral),
        "apart" => (text::ERROR_ITEMS_EVENT_APART, Tone::Neutral),
        "rejoined" => (text::ERROR_ITEMS_EVENT_REJOINED, Tone::Neutral),
        _ => (text::ERROR_ITEMS_EVENT_CLOSED, Tone::Neutral),
    };
    let title = format!("{} · {}", t(word), event.actor);
    let text = match event.event.as_str() {
        "opened" => opening(&event.text),
        "proposed" | "resolved" => acting(&event.text),
        "commented" => event.text,
        "undone" => t(step_text(&event.text)).to_owned(),
        _ => phrase(&event.text),
    };
    let moved = event.moved.map(|(from, to)| {
        let (from, to) = (status_name(from).0, status_name(to).0);
        view! { <p class="field-hint">{tf(text::ERROR_ITEMS_MOVED, [("from", from), ("to", to)])}</p> }
    });
    let text = if event.undone {
        let gone = t(text::ERROR_ITEMS_UNDONE);
        view! { <p><s>{text}</s> " " <Badge tone=Tone::Neutral>{gone}</Badge></p> }.into_any()
    } else {
        view! { <p>{text}</p> }.into_any()
    };
    view! { <Step at=Some(event.at) title tone>{text}{moved}</Step> }
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

/// What is done and why, in the reader's words: it is written down as `action: reason`.
fn acting(text: &str) -> String {
    let parts = text.split_once(": ");
    let done = parts.and_then(|(action, reason)| Some((Action::named(action)?, reason)));
    done.map_or_else(
        || text.to_owned(),
        |(action, reason)| format!("{}: {reason}", action_name(action)),
    )
}
