use crate::components::{Amount, Column, Table};
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::journal::{Entry, JournalDetail, JournalLine, LineSide};
use domain::payment::JournalLink;
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// The journals about a payment: with debits and credits for whoever may see the books, else by
/// name and sum.
#[component]
pub(in super::super) fn Booked(
    journals: Vec<JournalLink>,
    booked: Vec<JournalDetail>,
) -> impl IntoView {
    if booked.is_empty() { sums(journals).into_any() } else { lines(booked).into_any() }
}

fn sums(journals: Vec<JournalLink>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYMENTS_ENTRY)),
        Column::text(t(text::PAYMENTS_ACCOUNTING_DATE)),
        Column::number(t(text::PAYMENTS_AMOUNT)),
    ];
    let empty = journals.is_empty();
    let rows = journals.into_iter().map(|journal| {
        let name = match Entry::numbered(journal.entry_number) {
            Some(entry) => named(entry.english(), entry.chinese()).to_owned(),
            None => journal.entry_name,
        };
        view! {
            <tr>
                <td>{name}</td>
                <td>{journal.accounting_date.to_string()}</td>
                <td class="number"><Amount money=journal.amount /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption=t(text::PAYMENTS_JOURNALS) columns empty>{rows}</Table> }
}

fn lines(booked: Vec<JournalDetail>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYMENTS_ENTRY)),
        Column::text(t(text::PAYMENTS_ACCOUNTING_DATE)),
        Column::text(t(text::PAYMENTS_DEBIT)),
        Column::text(t(text::PAYMENTS_CREDIT)),
        Column::number(t(text::PAYMENTS_AMOUNT)),
    ];
    let rows = booked.into_iter().map(journal).collect_view();
    view! { <Table caption=t(text::PAYMENTS_JOURNALS) columns>{rows}</Table> }
}

/// Its lines; the first one names it.
fn journal(journal: JournalDetail) -> impl IntoView {
    let JournalDetail { summary, lines, .. } = journal;
    let mut head = Some((
        view! {
            <a class="link" href=routes::journal(summary.id)>
                {named(summary.entry.english(), summary.entry.chinese())}
            </a>
        }
        .into_any(),
        summary.accounting_date.to_string(),
    ));
    lines.into_iter().map(|line| row(head.take(), line)).collect_view()
}

fn row(head: Option<(AnyView, String)>, line: JournalLine) -> impl IntoView {
    let (name, day) = head.unzip();
    view! {
        <tr>
            <td>{name}</td>
            <td>{day}</td>
            <td>{side(line.debit)}</td>
            <td>{side(line.credit)}</td>
            <td class="number"><Amount money=line.amount /></td>
        </tr>
    }
}

fn side(side: LineSide) -> impl IntoView {
    view! {
        <a class="link" href=routes::account(side.id)><code>{side.account.code}</code></a>
        " "
        {named(side.name_en, side.name_zh)}
    }
}
