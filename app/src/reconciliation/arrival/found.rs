use super::super::file::show_checks;
use super::super::format_name;
use crate::components::{Amount, Badge, Column, Fact, Facts, Panel, Table, Tone};
use crate::i18n::t;
use crate::phrases::phrase;
use crate::{labels, routes, text};
use domain::arrival::{BillDifference, DifferentRow};
use domain::money::{Currency, Money};
use domain::source_file::{FileProblem, Preview, PreviewTotal};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// What is in a file, what it says about itself, and what is wrong with it by line and field.
pub(super) fn show(preview: Preview) -> impl IntoView {
    let Preview { format, encoding, rows, totals, clearing_date, checks, problems, .. } = preview;
    let (word, tone) = if preview.acceptable {
        (text::RECONCILIATION_SOUND, Tone::Good)
    } else {
        (text::RECONCILIATION_UNSOUND, Tone::Bad)
    };
    let known = preview.known_as.map(|id| {
        view! {
            <Fact term=t(text::RECONCILIATION_KNOWN_AS)>
                <a class="link" href=routes::file(id)>{t(text::RECONCILIATION_WHOLE_FILE)}</a>
            </Fact>
        }
    });
    let members = (!preview.members.is_empty()).then(|| {
        let names = preview.members.join(" · ");
        view! { <Fact term=t(text::RECONCILIATION_MEMBERS)>{names}</Fact> }
    });
    view! {
        <Panel title=t(text::RECONCILIATION_PREVIEW)>
            <Facts>
                <Fact term=t(text::RECONCILIATION_VERDICT)><Badge tone>{t(word)}</Badge></Fact>
                <Fact term=t(text::RECONCILIATION_FORMAT)>{format.as_deref().map(format_name)}</Fact>
                <Fact term=t(text::RECONCILIATION_ENCODING)><code>{encoding}</code></Fact>
                <Fact term=t(text::RECONCILIATION_DAY)>
                    {clearing_date.map(|day| day.to_string())}
                </Fact>
                <Fact term=t(text::RECONCILIATION_ROWS)>{rows}</Fact>
                {known}
                {members}
            </Facts>
        </Panel>
        {(!problems.is_empty()).then(|| problem_list(problems))}
        {(!totals.is_empty()).then(|| total_list(totals))}
        {show_checks(checks)}
    }
}

fn total_list(totals: Vec<PreviewTotal>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_KIND)),
        Column::number(t(text::RECONCILIATION_ROWS)),
        Column::number(t(text::RECONCILIATION_GROSS)),
        Column::number(t(text::RECONCILIATION_FEE)),
    ];
    let rows = totals.into_iter().map(|total| {
        view! {
            <tr>
                <th scope="row">{labels::value("total", &total.kind).unwrap_or(&total.kind).to_owned()}</th>
                <td class="number">{total.count}</td>
                <td class="number">{amount(total.gross, total.currency)}</td>
                <td class="number">{total.fee}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_TOTALS)>
            <Table caption=t(text::RECONCILIATION_TOTALS) columns>{rows}</Table>
        </Panel>
    }
}

/// A sum as the file's reader wrote it down, drawn like every other amount where it is one.
fn amount(sum: String, currency: Currency) -> AnyView {
    match Money::parse(&sum, currency) {
        Ok(money) => view! { <Amount money /> }.into_any(),
        Err(_) => view! { {sum} " " {currency.code()} }.into_any(),
    }
}

fn problem_list(problems: Vec<FileProblem>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_LINE)),
        Column::text(t(text::RECONCILIATION_FIELD)),
        Column::text(t(text::RECONCILIATION_REASON)),
    ];
    let rows = problems.into_iter().map(|problem| {
        view! {
            <tr>
                <th scope="row">{problem.line}</th>
                <td>{problem.field}</td>
                <td class="wrap">{phrase(&problem.reason)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_PROBLEMS)>
            <Table caption=t(text::RECONCILIATION_PROBLEMS) columns>{rows}</Table>
        </Panel>
    }
}

/// How the bill differs from the one that stands.
pub(super) fn difference(found: BillDifference) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_CHANNEL_NO)),
        Column::text(t(text::RECONCILIATION_OLD_ROW)),
        Column::text(t(text::RECONCILIATION_NEW_ROW)),
    ];
    let side = |side: Option<(i64, String)>| side.map(|(line, says)| format!("{line}: {says}"));
    let empty = found.rows.is_empty();
    let row = |row: DifferentRow| {
        view! {
            <tr>
                <th scope="row"><code class="id">{row.number}</code></th>
                <td>{side(row.old)}</td>
                <td>{side(row.new)}</td>
            </tr>
        }
    };
    let rows = found.rows.into_iter().map(row).collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_REPLACED_DIFFERENCE)>
            <Facts>
                <Fact term=t(text::RECONCILIATION_ADDED)>{found.added}</Fact>
                <Fact term=t(text::RECONCILIATION_REMOVED)>{found.removed}</Fact>
                <Fact term=t(text::RECONCILIATION_CHANGED)>{found.changed}</Fact>
            </Facts>
            <Table
                caption=t(text::RECONCILIATION_REPLACED_DIFFERENCE)
                columns
                empty
                nothing=t(text::RECONCILIATION_SAME_ROWS)
            >
                {rows}
            </Table>
        </Panel>
    }
}
