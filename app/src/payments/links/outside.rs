use crate::components::{Amount, Badge, Column, Fact, Facts, Panel, Table, Tone};
use crate::i18n::{t, tf};
use crate::wording::refund_state;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::payment::{BillLineLink, ErrorItemLink, PayoutLink, RefundLink, SettlementLink};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// What the channel's bill says, and the reconciliation of its day.
#[component]
pub(in super::super) fn Bill(lines: Vec<BillLineLink>, channel: Option<String>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYMENTS_FILE)),
        Column::number(t(text::PAYMENTS_LINE)),
        Column::number(t(text::PAYMENTS_GROSS)),
        Column::text(t(text::PAYMENTS_CLEARING_DATE)),
        Column::text(t(text::PAYMENTS_RECONCILIATION)),
    ];
    let (empty, channel) = (lines.is_empty(), channel.unwrap_or_default());
    let rows = lines.into_iter().map(|line| {
        let run = routes::reconciliation_of(&channel, line.clearing_date);
        view! {
            <tr>
                <td><a class="link" href=routes::file(line.file)>{line.file_name}</a></td>
                <td class="number">{line.line}</td>
                <td class="number"><Amount money=line.gross /></td>
                <td>{line.clearing_date.to_string()}</td>
                <td><a class="link" href=run>{t(text::PAYMENTS_TO_RUNS)}</a></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table caption=t(text::PAYMENTS_BILL) columns empty nothing=t(text::PAYMENTS_NO_BILL)>
            {rows}
        </Table>
    }
}

/// How the money went on to the merchant.
#[component]
pub(in super::super) fn Onward(
    settlement: Option<SettlementLink>,
    payouts: Vec<PayoutLink>,
) -> impl IntoView {
    let Some(settlement) = settlement else {
        return view! { <p class="nothing">{t(text::PAYMENTS_NOT_SETTLED)}</p> }.into_any();
    };
    let words = tf(
        text::PAYMENTS_SETTLED_FOR,
        [
            ("clearing_date", &settlement.clearing_date.to_string()),
            ("due_date", &settlement.due_date.to_string()),
        ],
    );
    let payouts = payouts
        .into_iter()
        .map(|payout| view! { <Fact term=t(text::PAYMENTS_PAYOUT)>{to_payout(payout)}</Fact> })
        .collect_view();
    view! {
        <Facts>
            <Fact term=t(text::PAYMENTS_SETTLEMENT)>
                <a class="link" href=routes::settlement(settlement.id)>{words}</a>
            </Fact>
            {payouts}
        </Facts>
    }
    .into_any()
}

fn to_payout(payout: PayoutLink) -> AnyView {
    let (state, tone) = payout_state(&payout.state);
    let number = view! { <code class="id">{payout.number}</code> };
    let number = if session::may(Permission::ViewPayouts) {
        view! { <a class="link" href=routes::payout(payout.id)>{number}</a> }.into_any()
    } else {
        number.into_any()
    };
    view! { {number} " " <Amount money=payout.amount /> " " <Badge tone>{state}</Badge> }.into_any()
}

fn payout_state(state: &str) -> (&'static str, Tone) {
    let (word, tone) = match state {
        "drafted" => (text::PAYMENTS_PAYOUT_DRAFTED, Tone::Neutral),
        "submitted" => (text::PAYMENTS_PAYOUT_SUBMITTED, Tone::Warn),
        "queued" => (text::PAYMENTS_PAYOUT_QUEUED, Tone::Info),
        "sending" => (text::PAYMENTS_PAYOUT_SENDING, Tone::Info),
        "accepted" => (text::PAYMENTS_PAYOUT_ACCEPTED, Tone::Info),
        "unknown" => (text::PAYMENTS_PAYOUT_UNKNOWN, Tone::Warn),
        "rejected" => (text::PAYMENTS_PAYOUT_REJECTED, Tone::Bad),
        "paid" => (text::PAYMENTS_PAYOUT_PAID, Tone::Good),
        _ => (text::PAYMENTS_PAYOUT_RETURNED, Tone::Bad),
    };
    (t(word), tone)
}

/// What went back to the payer, where anything did.
#[component]
pub(in super::super) fn Refunds(refunds: Vec<RefundLink>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYMENTS_REFUND_NO)),
        Column::number(t(text::PAYMENTS_AMOUNT)),
        Column::text(t(text::PAYMENTS_STATUS)),
    ];
    (!refunds.is_empty()).then(|| {
        let rows = refunds.into_iter().map(|refund| {
            let (state, tone) = refund_state(&refund.state);
            view! {
                <tr>
                    <td>
                        <a class="link" href=routes::refund(refund.id)>
                            <code class="id">{refund.merchant_refund_no}</code>
                        </a>
                    </td>
                    <td class="number"><Amount money=refund.amount /></td>
                    <td><Badge tone>{state}</Badge></td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <Panel title=t(text::PAYMENTS_REFUNDS)>
                <Table caption=t(text::PAYMENTS_REFUNDS) columns>{rows}</Table>
            </Panel>
        }
    })
}

/// Differences found about the payment, where there are any.
#[component]
pub(in super::super) fn Differences(items: Vec<ErrorItemLink>) -> impl IntoView {
    let columns =
        vec![Column::text(t(text::PAYMENTS_ERROR_ITEM)), Column::text(t(text::PAYMENTS_STATUS))];
    (!items.is_empty()).then(|| {
        let rows = items.into_iter().map(|item| {
            let (state, tone) = error_item_state(&item.state);
            view! {
                <tr>
                    <td><a class="link" href=routes::error_item(item.id)>{item.number}</a></td>
                    <td><Badge tone>{state}</Badge></td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <Panel title=t(text::PAYMENTS_ERROR_ITEMS)>
                <Table caption=t(text::PAYMENTS_ERROR_ITEMS) columns>{rows}</Table>
            </Panel>
        }
    })
}

fn error_item_state(state: &str) -> (&'static str, Tone) {
    let (word, tone) = match state {
        "new" | "rejected" | "snoozed" => (text::PAYMENTS_ITEM_OPEN, Tone::Warn),
        "assigned" | "investigating" => (text::PAYMENTS_ITEM_ASSIGNED, Tone::Warn),
        "proposed" | "approved" => (text::PAYMENTS_ITEM_PROPOSED, Tone::Info),
        "executed" | "verified" => (text::PAYMENTS_ITEM_RESOLVED, Tone::Good),
        _ => (text::PAYMENTS_ITEM_CLOSED, Tone::Neutral),
    };
    (t(word), tone)
}
