use super::{api, label_name};
use crate::books::JournalsOf;
use crate::components::{
    Amount, Badge, Column, CopyId, Fact, Facts, Loaded, Moment, PageHead, Pager, Panel, Place,
    Table, Tone, load, use_filter,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::payout_table::PayoutsOf;
use crate::{routes, text};
use domain::ids::SettlementId;
use domain::page::Page;
use domain::settlement::{
    Party, SettlementDetail, SettlementLine, SettlementProof, SettlementSummary,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One settlement batch: its figures, its gross lines, what they were booked as and paid out by.
#[component]
pub fn SettlementPage() -> impl IntoView {
    let (params, filter) = (use_params_map(), use_filter());
    let settlement = load(
        move || (params.read().get("id").unwrap_or_default(), filter().page()),
        |(id, page)| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?, page).await },
    );
    view! { <Loaded from=settlement show=show /> }
}

fn show(settlement: SettlementDetail) -> impl IntoView {
    let SettlementDetail { summary, proof, lines } = settlement;
    let id = summary.id;
    let title = format!("{} · {}", summary.merchant_name, summary.clearing_date);
    let (facts, figures) = (facts(&summary), figures(&summary, proof));
    view! {
        <PageHead title lead=t(text::SETTLEMENT_DETAIL_LEAD)>
            <a class="link" href=routes::audit_of(&id.to_string())>
                {t(text::SETTLEMENT_HISTORY)}
            </a>
        </PageHead>
        <Panel title=t(text::SETTLEMENT_BATCH)>{facts}</Panel>
        <Panel title=t(text::SETTLEMENT_FIGURES)>{figures}</Panel>
        <Panel title=t(text::SETTLEMENT_LINES)>{table(id, lines)}</Panel>
        <PayoutsOf settlement=id />
        <JournalsOf kind="settlement" id=id.to_string() />
    }
}

fn facts(batch: &SettlementSummary) -> impl IntoView + use<> {
    let merchant = routes::merchant(batch.merchant);
    let name = format!("{} ({})", batch.merchant_name, batch.merchant_code);
    let days = [batch.clearing_date, batch.due_date, batch.accounting_date];
    let [clearing, due, accounting] = days.map(|day| day.to_string());
    let (count, created_at, id) = (batch.count, batch.created_at, batch.id.to_string());
    view! {
        <Facts>
            <Fact term=t(text::SETTLEMENT_MERCHANT)>
                <a class="link" href=merchant>{name}</a>
            </Fact>
            <Fact term=t(text::SETTLEMENT_CLEARING_DATE)>{clearing}</Fact>
            <Fact term=t(text::SETTLEMENT_DUE_DATE)>{due}</Fact>
            <Fact term=t(text::SETTLEMENT_ACCOUNTING_DATE)>{accounting}</Fact>
            <Fact term=t(text::SETTLEMENT_COUNT)>{count}</Fact>
            <Fact term=t(text::SETTLEMENT_CREATED_AT)><Moment at=created_at /></Fact>
            <Fact term=t(text::SETTLEMENT_ID)><CopyId id /></Fact>
        </Facts>
    }
}

/// How payments become what is left, each kind of deduction by itself, and the proof.
fn figures(batch: &SettlementSummary, proof: SettlementProof) -> impl IntoView + use<> {
    let columns =
        vec![Column::text(t(text::SETTLEMENT_FIGURE)), Column::number(t(text::SETTLEMENT_AMOUNT))];
    let of = batch.figures;
    let rows = [
        ("", text::SETTLEMENT_PAYMENTS, of.payments),
        ("− ", text::SETTLEMENT_FEES, of.fees),
        ("− ", text::SETTLEMENT_REFUNDS, of.refunds),
        ("+ ", text::SETTLEMENT_FEES_BACK, of.fees_back),
        ("= ", text::SETTLEMENT_MOVEMENT, batch.movement),
        ("− ", text::SETTLEMENT_SPLITS, of.splits),
        ("= ", text::SETTLEMENT_NET, batch.net),
    ];
    let rows = rows.map(|(sign, name, money)| {
        let class = if sign == "= " { "total" } else { "" };
        view! {
            <tr class=class>
                <th scope="row">{sign} {t(name)}</th>
                <td class="number"><Amount money /></td>
            </tr>
        }
    });
    let (tone, word) = if proof.holds() {
        (Tone::Good, text::SETTLEMENT_PROOF_HOLDS)
    } else {
        (Tone::Bad, text::SETTLEMENT_PROOF_FAILS)
    };
    view! {
        <Table caption=t(text::SETTLEMENT_FIGURES) columns>{rows}</Table>
        <Facts>
            <Fact term=t(text::SETTLEMENT_PROOF)><Badge tone>{t(word)}</Badge></Fact>
            <Fact term=t(text::SETTLEMENT_FROM_LINES)><Amount money=proof.from_lines /></Fact>
            <Fact term=t(text::SETTLEMENT_FROM_BOOKS)><Amount money=proof.from_books /></Fact>
        </Facts>
    }
}

fn table(id: SettlementId, page: Page<SettlementLine>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::SETTLEMENT_PAYMENT)),
        Column::text(t(text::SETTLEMENT_LABEL)),
        Column::text(t(text::SETTLEMENT_FROM)),
        Column::text(t(text::SETTLEMENT_TO)),
        Column::number(t(text::SETTLEMENT_AMOUNT)),
        Column::text(t(text::SETTLEMENT_BOOKED_BY)),
    ];
    let place = Place::of(&page);
    view! {
        <Table caption=t(text::SETTLEMENT_LINES) columns empty=page.rows.is_empty()>
            {page.rows.into_iter().map(|line| row(id, line)).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(id: SettlementId, line: SettlementLine) -> impl IntoView {
    let (journals, by) = if line.journal_key.starts_with("settlement:") {
        (routes::journals_of("settlement", id), text::SETTLEMENT_BY_SETTLEMENT)
    } else {
        (routes::journals_of("payment", line.payment), text::SETTLEMENT_BY_PAYMENT)
    };
    view! {
        <tr>
            <td>
                <a class="link" href=routes::payment(line.payment)>{line.merchant_order_no}</a>
            </td>
            <td>{label_name(&line.label)}</td>
            <td>{party(line.from)}</td>
            <td>{party(line.to)}</td>
            <td class="number"><Amount money=line.amount /></td>
            <td><a class="link" href=journals>{t(by)}</a></td>
        </tr>
    }
}

fn party(party: Party) -> impl IntoView {
    let whose = party.merchant.map(|id| {
        let name = party.name.unwrap_or_else(|| id.to_string());
        view! { " " <a class="link" href=routes::merchant(id)>{name}</a> }
    });
    view! {
        <a class="link" href=routes::accounts_of(&party.code)>{party.code.clone()}</a>
        {whose}
    }
}
