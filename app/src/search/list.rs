use super::api;
use crate::components::{Amount, Badge, Column, Loaded, PageHead, Table, Tone, load, use_filter};
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::{routes, text};
use domain::search::{Found, FoundKind, Identifier};
use leptos::prelude::*;

/// What an identifier belongs to.
#[component]
pub fn SearchPage() -> impl IntoView {
    let filter = use_filter();
    let typed = move || filter().text("text").unwrap_or_default();
    let found = load(typed, api::find);
    view! {
        <PageHead title=t(text::SEARCH_TITLE) lead=t(text::SEARCH_LEAD) />
        <Loaded from=found show=move |found| show(found, &typed()) />
    }
}

fn show(found: Vec<Found>, typed: &str) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::SEARCH_KIND)),
        Column::text(t(text::SEARCH_VALUE)),
        Column::text(t(text::SEARCH_BY)),
        Column::number(t(text::SEARCH_AMOUNT)),
        Column::text(t(text::SEARCH_STATE)),
        Column::text(t(text::SEARCH_MATCH)),
    ];
    let empty = found.is_empty();
    let nothing = if typed.is_empty() {
        t(text::SEARCH_NOTHING_ASKED).to_owned()
    } else {
        tf(text::SEARCH_NOTHING, [("text", typed)])
    };
    let rows = found.into_iter().map(row).collect_view();
    view! { <Table caption=t(text::SEARCH_TITLE) columns empty nothing>{rows}</Table> }
}

fn row(one: Found) -> impl IntoView {
    let (word, tone) = if one.exact {
        (text::SEARCH_EXACT, Tone::Good)
    } else {
        (text::SEARCH_PREFIX, Tone::Neutral)
    };
    let href = href(&one);
    view! {
        <tr>
            <td>{kind_name(one.kind)}</td>
            <td>
                <a class="link" href=href><code class="id">{one.value}</code></a>
            </td>
            <td>{identifier_name(one.by)}</td>
            <td class="number">{one.amount.map(|money| view! { <Amount money /> })}</td>
            <td>{phrase(&one.state)}</td>
            <td><Badge tone>{t(word)}</Badge></td>
        </tr>
    }
}

fn href(one: &Found) -> String {
    let id = one.id;
    match one.kind {
        FoundKind::Payment => routes::payment(id.into()),
        FoundKind::Order => routes::order(id.into()),
        FoundKind::Refund => routes::refund(id.into()),
        FoundKind::Payout => routes::payout(id.into()),
        FoundKind::PayoutBatch => routes::payout_batch(id.into()),
        FoundKind::Settlement => routes::settlement(id.into()),
        FoundKind::Journal => routes::journal(id.into()),
        FoundKind::ErrorItem => routes::error_item(id.into()),
        FoundKind::BillLine => routes::bill_line(id.into()),
        FoundKind::StatementLine => routes::statement_line(id.into()),
        FoundKind::Merchant => routes::merchant(id.into()),
    }
}

fn kind_name(kind: FoundKind) -> &'static str {
    t(match kind {
        FoundKind::Payment => text::SEARCH_KIND_PAYMENT,
        FoundKind::Order => text::SEARCH_KIND_ORDER,
        FoundKind::Refund => text::SEARCH_KIND_REFUND,
        FoundKind::Payout => text::SEARCH_KIND_PAYOUT,
        FoundKind::PayoutBatch => text::SEARCH_KIND_PAYOUT_BATCH,
        FoundKind::Settlement => text::SEARCH_KIND_SETTLEMENT,
        FoundKind::Journal => text::SEARCH_KIND_JOURNAL,
        FoundKind::ErrorItem => text::SEARCH_KIND_ERROR_ITEM,
        FoundKind::BillLine => text::SEARCH_KIND_BILL_LINE,
        FoundKind::StatementLine => text::SEARCH_KIND_STATEMENT_LINE,
        FoundKind::Merchant => text::SEARCH_KIND_MERCHANT,
    })
}

fn identifier_name(by: Identifier) -> &'static str {
    t(match by {
        Identifier::Id => text::SEARCH_BY_ID,
        Identifier::Number => text::SEARCH_BY_NUMBER,
        Identifier::MerchantNo => text::SEARCH_BY_MERCHANT_NO,
        Identifier::ChannelNo => text::SEARCH_BY_CHANNEL_NO,
        Identifier::BankRef => text::SEARCH_BY_BANK_REF,
        Identifier::EndToEnd => text::SEARCH_BY_END_TO_END,
        Identifier::Code => text::SEARCH_BY_CODE,
    })
}
