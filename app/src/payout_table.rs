//! Payouts as a table, and the words for how they stand: payouts and settlement show them alike.

use crate::api;
use crate::components::{Amount, Badge, Column, Loaded, Moment, Panel, Table, Tone, load};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::ids::{SettlementId, UserId};
use domain::page::{PAGE_SIZE_MAX, Page, PageRequest};
use domain::payout::{PayoutFilter, PayoutSource, PayoutState, PayoutSummary};
use leptos::prelude::*;

/// The word and the tone of a state.
#[must_use]
pub fn payout_state(state: &PayoutState) -> (&'static str, Tone) {
    named_state(state.name())
}

/// The word and the tone of a state's stored name.
#[must_use]
pub fn named_state(state: &str) -> (&'static str, Tone) {
    let (word, tone) = match state {
        "drafted" => (text::PAYOUTS_STATE_DRAFTED, Tone::Neutral),
        "submitted" => (text::PAYOUTS_STATE_SUBMITTED, Tone::Warn),
        "queued" => (text::PAYOUTS_STATE_QUEUED, Tone::Info),
        "sending" => (text::PAYOUTS_STATE_SENDING, Tone::Info),
        "accepted" => (text::PAYOUTS_STATE_ACCEPTED, Tone::Info),
        "rejected" => (text::PAYOUTS_STATE_REJECTED, Tone::Bad),
        "paid" => (text::PAYOUTS_STATE_PAID, Tone::Good),
        "returned" => (text::PAYOUTS_STATE_RETURNED, Tone::Bad),
        _ => (text::PAYOUTS_STATE_UNKNOWN, Tone::Warn),
    };
    (t(word), tone)
}

/// What a payout comes from, in words.
#[must_use]
pub fn source_name(source: PayoutSource) -> &'static str {
    t(match source {
        PayoutSource::Settlement => text::PAYOUTS_SOURCE_SETTLEMENT,
        PayoutSource::ReturnedPayout => text::PAYOUTS_SOURCE_RETURNED,
        PayoutSource::Refund => text::PAYOUTS_SOURCE_REFUND,
        PayoutSource::UserWithdrawal => text::PAYOUTS_SOURCE_WITHDRAWAL,
        PayoutSource::FeeSweep => text::PAYOUTS_SOURCE_FEE_SWEEP,
        PayoutSource::TopUpReturn => text::PAYOUTS_SOURCE_TOP_UP,
        PayoutSource::PositionTransfer => text::PAYOUTS_SOURCE_POSITION,
    })
}

fn rows(page: Page<PayoutSummary>) -> impl IntoView {
    payout_table(page.rows)
}

/// Payouts as a table.
pub fn payout_table(payouts: Vec<PayoutSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYOUTS_NUMBER)),
        Column::text(t(text::PAYOUTS_MERCHANT)),
        Column::text(t(text::PAYOUTS_SOURCE)),
        Column::text(t(text::PAYOUTS_STATE)),
        Column::text(t(text::PAYOUTS_BATCH)),
        Column::text(t(text::PAYOUTS_CREATED_AT)),
        Column::number(t(text::PAYOUTS_AMOUNT)),
    ];
    view! {
        <Table
            caption=t(text::PAYOUTS_TITLE)
            columns
            empty=payouts.is_empty()
            nothing=t(text::PAYOUTS_NONE)
        >
            {payouts.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn row(payout: PayoutSummary) -> impl IntoView {
    let (state, tone) = payout_state(&payout.state);
    let batch = payout.batch.map(|batch| {
        view! { <a class="link" href=routes::payout_batch(batch)>{t(text::PAYOUTS_BATCH)}</a> }
    });
    view! {
        <tr>
            <td><a class="link" href=routes::payout(payout.id)>{payout.number}</a></td>
            <td>
                <a class="link" href=routes::merchant(payout.merchant)>
                    {payout.merchant_name} " (" {payout.merchant_code} ")"
                </a>
            </td>
            <td>{source_name(payout.source)}</td>
            <td><Badge tone>{state}</Badge></td>
            <td>{batch}</td>
            <td><Moment at=payout.created_at /></td>
            <td class="number"><Amount money=payout.amount /></td>
        </tr>
    }
}

/// The payouts from one user's balance, as a part of the user's screen; nothing for those who may
/// not see payouts.
#[component]
pub fn PayoutsOfUser(
    /// The user.
    user: UserId,
) -> impl IntoView {
    session::may(Permission::ViewPayouts).then(|| {
        let filter = PayoutFilter { user: Some(user), ..PayoutFilter::default() };
        let most = PageRequest { number: 1, size: PAGE_SIZE_MAX };
        let page = load(move || filter.clone(), move |filter| api::payouts(filter, most));
        view! { <Panel title=t(text::USERS_OUT)><Loaded from=page show=rows /></Panel> }
    })
}

/// The payouts drafted from one settlement batch, as a part of its screen; nothing for those who
/// may not see payouts.
#[component]
pub fn PayoutsOf(
    /// The settlement batch.
    settlement: SettlementId,
) -> impl IntoView {
    session::may(Permission::ViewPayouts).then(|| {
        let filter = PayoutFilter { source: Some(settlement.into()), ..PayoutFilter::default() };
        let most = PageRequest { number: 1, size: PAGE_SIZE_MAX };
        let page = load(move || filter.clone(), move |filter| api::payouts(filter, most));
        let all = routes::payouts_of(settlement);
        let actions = move || view! { <a class="link" href=all.clone()>{t(text::PAYOUTS_ALL)}</a> };
        view! {
            <Panel title=t(text::PAYOUTS_TITLE) actions>
                <Loaded from=page show=rows />
            </Panel>
        }
    })
}
