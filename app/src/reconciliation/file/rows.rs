use super::super::direction_name;
use crate::components::{Amount, Badge, Column, Moment, Panel, Table, Tone};
use crate::i18n::t;
use crate::text;
use domain::matching::Standing;
use domain::source_file::{BillLine, FileDetail, StatementLine, StatementUse};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// A page of the file's rows; one of them may be the one that is looked for.
pub(super) fn show(file: FileDetail, sought: Option<i64>) -> AnyView {
    if !file.bill_lines.is_empty() {
        return bill(file.bill_lines, sought).into_any();
    }
    if !file.statement_lines.is_empty() {
        return statement(file.statement_lines, sought).into_any();
    }
    if !file.entries.is_empty() {
        return super::entries::show(file).into_any();
    }
    ().into_any()
}

/// A fee in hundred-thousandths of the major unit, to its last digit.
pub(super) fn fee(e5: i64) -> String {
    let sign = if e5 < 0 { "-" } else { "" };
    let size = e5.unsigned_abs();
    format!("{sign}{}.{:05}", size / 100_000, size % 100_000)
}

pub(super) fn line_number(line: i64, sought: Option<i64>) -> impl IntoView {
    let here = (sought == Some(line)).then(|| {
        view! { " " <Badge tone=Tone::Info>{t(text::RECONCILIATION_THIS_LINE)}</Badge> }
    });
    view! { <th scope="row">{line} {here}</th> }
}

fn bill(lines: Vec<BillLine>, sought: Option<i64>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_LINE)),
        Column::text(t(text::RECONCILIATION_DIRECTION)),
        Column::text(t(text::RECONCILIATION_STANDING)),
        Column::text(t(text::RECONCILIATION_OUR_NO)),
        Column::text(t(text::RECONCILIATION_CHANNEL_NO)),
        Column::number(t(text::RECONCILIATION_GROSS)),
        Column::number(t(text::RECONCILIATION_FEE)),
        Column::text(t(text::RECONCILIATION_EVENT_TIME)),
    ];
    let rows = lines.into_iter().map(|line| {
        let (standing, tone) = standing_name(line.standing);
        view! {
            <tr>
                {line_number(line.line, sought)}
                <td>{direction_name(line.direction)}</td>
                <td><Badge tone>{standing}</Badge></td>
                <td><code class="id">{line.refund_no.unwrap_or(line.order_no)}</code></td>
                <td><code class="id">{line.channel_no}</code></td>
                <td class="number"><Amount money=line.gross /></td>
                <td class="number">{fee(line.fee_e5)}</td>
                <td>{line.event_time.map(|at| view! { <Moment at /> })}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_ROWS)>
            <Table caption=t(text::RECONCILIATION_ROWS) columns>{rows}</Table>
        </Panel>
    }
}

fn statement(lines: Vec<StatementLine>, sought: Option<i64>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_LINE)),
        Column::number(t(text::RECONCILIATION_AMOUNT)),
        Column::text(t(text::RECONCILIATION_BOOKING_DATE)),
        Column::text(t(text::RECONCILIATION_EXPLAINED_BY)),
        Column::text(t(text::RECONCILIATION_OUR_NO)),
        Column::text(t(text::RECONCILIATION_BANK_REF)),
        Column::text(t(text::RECONCILIATION_COUNTERPARTY)),
        Column::text(t(text::RECONCILIATION_REMITTANCE)),
    ];
    let rows = lines.into_iter().map(|line| {
        let (explained, tone) = use_name(line.explained_by);
        let returned = line.return_reason.map(|reason| view! { " · " {reason} });
        view! {
            <tr>
                {line_number(line.line, sought)}
                <td class="number"><Amount money=line.amount /></td>
                <td>{line.booking_date.to_string()}</td>
                <td><Badge tone>{explained}</Badge></td>
                <td><code class="id">{line.end_to_end_id}</code></td>
                <td><code class="id">{line.bank_ref}</code></td>
                <td>{line.counterparty}</td>
                <td class="wrap">{line.remittance} {returned}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_ROWS)>
            <Table caption=t(text::RECONCILIATION_ROWS) columns>{rows}</Table>
        </Panel>
    }
}

fn standing_name(standing: Standing) -> (&'static str, Tone) {
    let (word, tone) = match standing {
        Standing::Success => (text::RECONCILIATION_STANDING_SUCCESS, Tone::Good),
        Standing::Pending => (text::RECONCILIATION_STANDING_PENDING, Tone::Warn),
        Standing::Failed => (text::RECONCILIATION_STANDING_FAILED, Tone::Neutral),
    };
    (t(word), tone)
}

fn use_name(explained: Option<StatementUse>) -> (&'static str, Tone) {
    let (word, tone) = match explained {
        Some(StatementUse::Payout) => (text::RECONCILIATION_USE_PAYOUT, Tone::Good),
        Some(StatementUse::ReturnedPayout) => (text::RECONCILIATION_USE_RETURNED, Tone::Warn),
        Some(StatementUse::ChannelFunds) => (text::RECONCILIATION_USE_FUNDS, Tone::Good),
        Some(StatementUse::ReserveDocument) => {
            (text::RECONCILIATION_USE_RESERVE_DOCUMENT, Tone::Good)
        }
        Some(StatementUse::ErrorItem) => (text::RECONCILIATION_USE_ERROR_ITEM, Tone::Bad),
        None => (text::RECONCILIATION_USE_NONE, Tone::Neutral),
    };
    (t(word), tone)
}
