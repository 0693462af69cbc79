use super::api::{self, RefundPath};
use crate::components::{
    Amount, Badge, Column, CopyId, Fact, Facts, Loaded, Moment, PageHead, Panel, Table, load,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::wording::{named, refund_state};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::journal::JournalSummary;
use domain::refund::{RefundDetail, RefundState};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One refund, with links along its path.
#[component]
pub fn RefundPage() -> impl IntoView {
    let params = use_params_map();
    let refund = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=refund show=show /> }
}

fn show(path: RefundPath) -> impl IntoView {
    let RefundPath { detail, journals } = path;
    let title = tf(text::REFUNDS_REFUND_TITLE, [("number", &detail.summary.merchant_refund_no)]);
    let history = routes::audit_of(&detail.summary.id.to_string());
    let original = original(detail.clone());
    let approval = detail.approval.map(|id| {
        view! { <a class="link" href=routes::approval(id)>{t(text::REFUNDS_DECISION)}</a> }
    });
    let books = session::may(Permission::ViewLedger).then(|| {
        view! { <Panel title=t(text::REFUNDS_JOURNALS)>{booked(journals)}</Panel> }
    });
    view! {
        <PageHead title>
            {approval}
            <a class="link" href=history>{t(text::REFUNDS_HISTORY)}</a>
        </PageHead>
        <Panel title=t(text::REFUNDS_REFUND)>{refund(detail)}</Panel>
        <Panel title=t(text::REFUNDS_ORIGINAL)>{original}</Panel>
        {books}
    }
}

fn refund(detail: RefundDetail) -> impl IntoView {
    let summary = detail.summary;
    let (state, tone) = refund_state(summary.state.name());
    let (because, channel_no) = match summary.state {
        RefundState::Unknown { reason }
        | RefundState::Failed { reason }
        | RefundState::Rejected { reason } => (Some(phrase(&reason)), None),
        RefundState::Succeeded { channel_no } => (None, Some(channel_no)),
        _ => (None, None),
    };
    let channel_no = channel_no.map(|id| {
        view! { <Fact term=t(text::REFUNDS_CHANNEL_NO)><CopyId id /></Fact> }
    });
    let paid_to = detail.paid_to.map(|(payee, payout)| {
        let payout = payout.map(|(id, number)| {
            view! {
                <Fact term=t(text::REFUNDS_PAYOUT)>
                    <a class="link" href=routes::payout(id)><code class="id">{number}</code></a>
                </Fact>
            }
        });
        view! {
            <Fact term=t(text::REFUNDS_PAID_TO)>
                {payee.name} ", " {payee.bank} ", " <CopyId id=payee.account />
            </Fact>
            {payout}
        }
    });
    let taken_from = detail.taken_from.map(|code| {
        view! { <Fact term=t(text::REFUNDS_TAKEN_FROM)><code>{code}</code></Fact> }
    });
    let dates = detail.event_time.map(|at| {
        let day = |day: Option<domain::date::BusinessDate>| day.map(|day| day.to_string());
        let (clearing, accounting) = (day(detail.clearing_date), day(detail.accounting_date));
        view! {
            <Fact term=t(text::REFUNDS_EVENT_TIME)><Moment at /></Fact>
            <Fact term=t(text::REFUNDS_CLEARING_DATE)>{clearing}</Fact>
            <Fact term=t(text::REFUNDS_ACCOUNTING_DATE)>{accounting}</Fact>
        }
    });
    view! {
        <Facts>
            <Fact term=t(text::REFUNDS_STATE)><Badge tone>{state}</Badge> " " {because}</Fact>
            <Fact term=t(text::REFUNDS_AMOUNT)><Amount money=summary.amount /></Fact>
            <Fact term=t(text::REFUNDS_FEE_BACK)><Amount money=detail.fee_back /></Fact>
            <Fact term=t(text::REFUNDS_REASON)>{detail.reason}</Fact>
            <Fact term=t(text::REFUNDS_MERCHANT_REFUND_NO)>
                <CopyId id=summary.merchant_refund_no />
            </Fact>
            <Fact term=t(text::REFUNDS_NUMBER)><CopyId id=summary.number /></Fact>
            {channel_no}
            {paid_to}
            {taken_from}
            {dates}
            <Fact term=t(text::REFUNDS_CREATED_AT)><Moment at=summary.created_at /></Fact>
        </Facts>
    }
}

fn original(detail: RefundDetail) -> impl IntoView {
    let summary = detail.summary;
    let channel = routes::channel(&summary.channel);
    view! {
        <Facts>
            <Fact term=t(text::REFUNDS_PAYMENT)>
                <a class="link" href=routes::payment(summary.payment)>
                    <code class="id">{detail.payment_number}</code>
                </a>
            </Fact>
            <Fact term=t(text::REFUNDS_PAID)><Amount money=detail.paid /></Fact>
            <Fact term=t(text::REFUNDS_ORDER)>
                <a class="link" href=routes::order(summary.order)>{t(text::REFUNDS_TO_ORDER)}</a>
            </Fact>
            <Fact term=t(text::REFUNDS_MERCHANT)>
                <a class="link" href=routes::merchant(summary.merchant)>{summary.merchant_name}</a>
            </Fact>
            <Fact term=t(text::REFUNDS_CHANNEL)>
                <a class="link" href=channel><code>{summary.channel}</code></a>
            </Fact>
        </Facts>
    }
}

fn booked(journals: Vec<JournalSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::REFUNDS_ENTRY)),
        Column::text(t(text::REFUNDS_ACCOUNTING_DATE)),
        Column::number(t(text::REFUNDS_AMOUNT)),
        Column::text(t(text::REFUNDS_MEMO)),
    ];
    let empty = journals.is_empty();
    let rows = journals.into_iter().map(|journal| {
        let amounts = journal.totals.into_iter().map(|money| view! { <Amount money /> " " });
        view! {
            <tr>
                <td>
                    <a class="link" href=routes::journal(journal.id)>
                        {named(journal.entry.english(), journal.entry.chinese())}
                    </a>
                </td>
                <td>{journal.accounting_date.to_string()}</td>
                <td class="number">{amounts.collect_view()}</td>
                <td class="wrap">{journal.memo}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption=t(text::REFUNDS_JOURNALS) columns empty>{rows}</Table> }
}
