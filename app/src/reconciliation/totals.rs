use super::direction_name;
use super::run_list::totals_badge;
use crate::components::{Amount, Badge, Column, Panel, Table, Tone};
use crate::i18n::t;
use crate::text;
use domain::matching::TotalsLine;
use domain::money::Money;
use domain::reconciliation::RunSummary;
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// The totals gate: count, gross, fee and net of both sides and their difference.
pub(super) fn show(run: &RunSummary) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_DIRECTION)),
        Column::text(t(text::RECONCILIATION_FIGURE)),
        Column::number(t(text::RECONCILIATION_OURS)),
        Column::number(t(text::RECONCILIATION_THEIRS)),
        Column::number(t(text::RECONCILIATION_DIFFERENCE)),
        Column::text(t(text::RECONCILIATION_VERDICT)),
    ];
    let empty = run.totals.lines.is_empty();
    let rows = run.totals.lines.iter().map(line).collect_view();
    let agree = run.totals_agree;
    view! {
        <Panel title=t(text::RECONCILIATION_TOTALS) actions=move || totals_badge(agree)>
            <Table caption=t(text::RECONCILIATION_TOTALS) columns empty>{rows}</Table>
        </Panel>
        <p class="lead">{t(text::RECONCILIATION_TOTALS_HINT)}</p>
    }
}

fn line(line: &TotalsLine) -> impl IntoView + use<> {
    let (ours, theirs) = (line.ours, line.theirs);
    let of = direction_name(line.direction);
    let money = |name, ours: Option<Money>, theirs: Option<Money>| {
        let difference = ours.zip(theirs).and_then(|(ours, theirs)| theirs.checked_sub(ours).ok());
        let agree = difference.map(|difference| difference.is_zero());
        row((of, name), (amount(ours), amount(theirs), amount(difference)), agree)
    };
    let count = (
        ours.count.to_string().into_any(),
        theirs.count.to_string().into_any(),
        (theirs.count - ours.count).to_string().into_any(),
    );
    view! {
        {row((of, t(text::RECONCILIATION_COUNT)), count, Some(ours.count == theirs.count))}
        {money(t(text::RECONCILIATION_GROSS), Some(ours.gross), Some(theirs.gross))}
        {money(t(text::RECONCILIATION_FEE), ours.fee, theirs.fee)}
        {money(t(text::RECONCILIATION_NET), ours.net, theirs.net)}
    }
}

fn row(
    (direction, figure): (&'static str, &'static str),
    (ours, theirs, difference): (AnyView, AnyView, AnyView),
    agree: Option<bool>,
) -> impl IntoView {
    let verdict = agree.map(|agree| {
        let (word, tone) = if agree {
            (text::RECONCILIATION_AGREE, Tone::Good)
        } else {
            (text::RECONCILIATION_DISAGREE, Tone::Bad)
        };
        view! { <Badge tone>{t(word)}</Badge> }
    });
    view! {
        <tr>
            <td>{direction}</td>
            <th scope="row">{figure}</th>
            <td class="number">{ours}</td>
            <td class="number">{theirs}</td>
            <td class="number">{difference}</td>
            <td>{verdict}</td>
        </tr>
    }
}

/// An amount, or that the side does not know it.
fn amount(money: Option<Money>) -> AnyView {
    match money {
        Some(money) => view! { <Amount money /> }.into_any(),
        None => "—".into_any(),
    }
}
