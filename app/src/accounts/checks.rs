use super::{Here, Views, api};
use crate::components::{
    Badge, Column, Loaded, Moment, PageHead, Pager, Place, Table, Tone, load, use_filter,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::{routes, text};
use domain::account::check::{BooksCheckDetail, BooksCheckSummary, CheckedRule};
use domain::page::Page;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The checks of the books, the latest first.
#[component]
pub fn CheckList() -> impl IntoView {
    let filter = use_filter();
    let page = load(move || filter().page(), api::checks);
    view! {
        <PageHead title=t(text::ACCOUNTS_CHECKS) lead=t(text::ACCOUNTS_CHECKS_LEAD) />
        <Views here=Here::Checks />
        <Loaded from=page show=show_list />
    }
}

fn show_list(page: Page<BooksCheckSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ACCOUNTS_CHECKED_AT)),
        Column::text(t(text::ACCOUNTS_CHECK_RESULT)),
        Column::number(t(text::ACCOUNTS_CHECK_RULES)),
        Column::number(t(text::ACCOUNTS_CHECK_SECONDS)),
    ];
    let place = Place::of(&page);
    let empty = page.rows.is_empty();
    let rows = page.rows.into_iter().map(row).collect_view();
    view! {
        <Table
            caption=t(text::ACCOUNTS_CHECKS)
            columns
            empty
            nothing=t(text::ACCOUNTS_NO_CHECKS)
        >
            {rows}
        </Table>
        <Pager place />
    }
}

fn row(check: BooksCheckSummary) -> impl IntoView {
    let seconds = (check.finished_at - check.started_at).whole_seconds();
    view! {
        <tr>
            <td>
                <a class="link" href=routes::books_check(check.id)>
                    <Moment at=check.started_at />
                </a>
            </td>
            <td>{result(check.broken)}</td>
            <td class="number">{check.rules}</td>
            <td class="number">{seconds}</td>
        </tr>
    }
}

fn result(broken: i64) -> impl IntoView {
    let (tone, words) = if broken == 0 {
        (Tone::Good, t(text::ACCOUNTS_ALL_HOLD).to_owned())
    } else {
        (Tone::Bad, tf(text::ACCOUNTS_BROKEN, [("count", &broken.to_string())]))
    };
    view! { <Badge tone>{words}</Badge> }
}

/// One check of the books: every rule, and what was found.
#[component]
pub fn CheckPage() -> impl IntoView {
    let params = use_params_map();
    let check = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::check_of(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=check show=show_check /> }
}

fn show_check(check: BooksCheckDetail) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ACCOUNTS_CHECK_RULE)),
        Column::text(t(text::ACCOUNTS_CHECK_RESULT)),
        Column::text(t(text::ACCOUNTS_FINDINGS)),
    ];
    let at = check.summary.started_at;
    view! {
        <PageHead title=t(text::ACCOUNTS_CHECK)><Moment at /></PageHead>
        <Views here=Here::Elsewhere />
        <Table caption=t(text::ACCOUNTS_CHECK) columns>
            {check.rules.into_iter().map(rule_row).collect_view()}
        </Table>
    }
}

fn rule_row(rule: CheckedRule) -> impl IntoView {
    let (tone, word) = if rule.findings.is_empty() {
        (Tone::Good, text::ACCOUNTS_HOLDS)
    } else {
        (Tone::Bad, text::ACCOUNTS_DOES_NOT_HOLD)
    };
    let findings = rule.findings.into_iter().map(|found| view! { <div>{found}</div> });
    let findings = findings.collect_view();
    view! {
        <tr>
            <th scope="row">{rule_name(&rule.rule)}</th>
            <td><Badge tone>{t(word)}</Badge></td>
            <td class="wrap">{findings}</td>
        </tr>
    }
}

/// What people call a rule of the books.
fn rule_name(rule: &str) -> String {
    let known = match rule {
        "journals_complete" => text::ACCOUNTS_RULE_JOURNALS_COMPLETE,
        "books_balance" => text::ACCOUNTS_RULE_BOOKS_BALANCE,
        "balances_equal_entries" => text::ACCOUNTS_RULE_BALANCES_EQUAL_ENTRIES,
        "versions_gapless" => text::ACCOUNTS_RULE_VERSIONS_GAPLESS,
        "running_balances_right" => text::ACCOUNTS_RULE_RUNNING_BALANCES_RIGHT,
        "floors_kept" => text::ACCOUNTS_RULE_FLOORS_KEPT,
        "closed_days_unchanged" => text::ACCOUNTS_RULE_CLOSED_DAYS_UNCHANGED,
        "reversals_mirror" => text::ACCOUNTS_RULE_REVERSALS_MIRROR,
        "transit_explained" => text::ACCOUNTS_RULE_TRANSIT_EXPLAINED,
        "reserve_covers" => text::ACCOUNTS_RULE_RESERVE_COVERS,
        _ => return rule.replace('_', " "),
    };
    t(known).to_owned()
}
