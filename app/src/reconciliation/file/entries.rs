use super::rows::line_number;
use crate::components::{Amount, Badge, Column, Moment, Panel, Table, Tone};
use crate::i18n::{Text, t};
use crate::{routes, text};
use domain::money::Money;
use domain::source_file::{Entry, EntryEffect, FileDetail, FileKind};
use leptos::prelude::*;

/// What the columns of a kind are called.
struct Words {
    what: Text,
    number: Text,
    other_no: Text,
    amount: Text,
    balance: Option<Text>,
    fee: bool,
    status: Text,
}

fn words(kind: FileKind) -> Words {
    let fund = Words {
        what: text::RECONCILIATION_BUSINESS_TYPE,
        number: text::RECONCILIATION_OUR_NO,
        other_no: text::RECONCILIATION_CHANNEL_NO,
        amount: text::RECONCILIATION_AMOUNT,
        balance: Some(text::RECONCILIATION_BALANCE),
        fee: false,
        status: text::RECONCILIATION_FLOW_NO,
    };
    match kind {
        FileKind::Notification => Words {
            what: text::RECONCILIATION_ACCOUNT,
            other_no: text::RECONCILIATION_BANK_REF,
            balance: None,
            status: text::RECONCILIATION_STANDING,
            ..fund
        },
        FileKind::Disputes => Words {
            what: text::RECONCILIATION_CODE,
            number: text::RECONCILIATION_ORIGINAL_TRACE,
            other_no: text::RECONCILIATION_TRACE,
            amount: text::RECONCILIATION_SETTLED,
            balance: None,
            fee: true,
            status: text::RECONCILIATION_ORIGINAL_TIME,
        },
        FileKind::PaymentStatus => Words {
            what: text::RECONCILIATION_ABOUT,
            other_no: text::RECONCILIATION_GROUP,
            balance: None,
            status: text::RECONCILIATION_STANDING,
            ..fund
        },
        FileKind::BillSummary => Words {
            what: text::RECONCILIATION_PAYMENTS_AND_REFUNDS,
            other_no: text::RECONCILIATION_STORE,
            amount: text::RECONCILIATION_RECEIVED,
            balance: Some(text::RECONCILIATION_NET),
            fee: true,
            ..fund
        },
        _ => fund,
    }
}

/// A page of rows of a file that is neither bill, statement nor order list.
pub(super) fn show(file: FileDetail) -> impl IntoView {
    let words = words(file.summary.kind);
    let mut columns = vec![
        Column::text(t(text::RECONCILIATION_LINE)),
        Column::text(t(words.what)),
        Column::text(t(words.number)),
        Column::text(t(words.other_no)),
        Column::number(t(words.amount)),
    ];
    if words.fee {
        columns.push(Column::number(t(text::RECONCILIATION_FEE)));
    }
    if let Some(balance) = words.balance {
        columns.push(Column::number(t(balance)));
    }
    columns.extend([
        Column::text(t(words.status)),
        Column::text(t(text::RECONCILIATION_EVENT_TIME)),
        Column::text(t(text::RECONCILIATION_REMITTANCE)),
        Column::text(t(text::RECONCILIATION_EFFECT)),
    ]);
    let (fee, balance) = (words.fee, words.balance.is_some());
    let rows = file.entries.into_iter().map(|entry| row(entry, fee, balance)).collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_ROWS)>
            <Table caption=t(text::RECONCILIATION_ROWS) columns>{rows}</Table>
        </Panel>
    }
}

fn row(entry: Entry, fee: bool, balance: bool) -> impl IntoView {
    let money = |money: Option<Money>| view! { <td class="number">{money.map(|money| view! { <Amount money /> })}</td> };
    let reason = entry.reason.clone().map(|reason| view! { " · " {reason} });
    let when = match (entry.at, entry.day) {
        (Some(at), _) => view! { <Moment at /> }.into_any(),
        (None, day) => day.map(|day| day.to_string()).into_any(),
    };
    let about = about(&entry);
    view! {
        <tr>
            {line_number(entry.line, None)}
            <td>{entry.what}</td>
            <td><code class="id">{entry.number}</code></td>
            <td><code class="id">{entry.other_no}</code></td>
            {money(entry.amount)}
            {fee.then(|| money(entry.fee))}
            {balance.then(|| money(entry.balance))}
            <td>{entry.status} {reason}</td>
            <td>{when}</td>
            <td class="wrap">{entry.party} " " {entry.text}</td>
            <td>{about}</td>
        </tr>
    }
}

/// What the row turned out to be, with the way there.
fn about(entry: &Entry) -> impl IntoView + use<> {
    let badge = entry.effect.map(|effect| {
        let (word, tone) = effect_name(effect);
        view! { <Badge tone>{word}</Badge> }
    });
    let link = |href: Option<String>, word| {
        href.map(|href| view! { " " <a class="link" href=href>{t(word)}</a> })
    };
    let payout = link(entry.payout.map(routes::payout), text::RECONCILIATION_USE_PAYOUT);
    let item = link(entry.error_item.map(routes::error_item), text::RECONCILIATION_USE_ERROR_ITEM);
    let line = link(entry.bill_line.map(routes::bill_line), text::RECONCILIATION_BILL_LINE);
    view! { {badge} {payout} {item} {line} }
}

fn effect_name(effect: EntryEffect) -> (&'static str, Tone) {
    let (word, tone) = match effect {
        EntryEffect::PayoutAccepted => (text::RECONCILIATION_EFFECT_ACCEPTED, Tone::Good),
        EntryEffect::PayoutRejected => (text::RECONCILIATION_EFFECT_REJECTED, Tone::Warn),
        EntryEffect::PayoutPending => (text::RECONCILIATION_EFFECT_PENDING, Tone::Warn),
        EntryEffect::PayoutKnown => (text::RECONCILIATION_EFFECT_KNOWN, Tone::Neutral),
        EntryEffect::Contradicts => (text::RECONCILIATION_EFFECT_CONTRADICTS, Tone::Bad),
        EntryEffect::Announces => (text::RECONCILIATION_EFFECT_ANNOUNCES, Tone::Info),
        EntryEffect::AnnouncesReturn => (text::RECONCILIATION_EFFECT_RETURN, Tone::Warn),
        EntryEffect::ErrorItem => (text::RECONCILIATION_EFFECT_ITEM, Tone::Bad),
        EntryEffect::UnknownNumber => (text::RECONCILIATION_EFFECT_UNKNOWN, Tone::Bad),
    };
    (t(word), tone)
}
