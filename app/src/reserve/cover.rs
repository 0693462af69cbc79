use crate::components::{Amount, Column, Fact, Facts, Table};
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::reserve::cover::{Cover, Origin, Part, Term};
use leptos::prelude::*;

/// The cells of table 1-12 with everything they are made of.
pub(super) fn terms(cover: Cover) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_CELL)),
        Column::text(t(text::RESERVE_TERM)),
        Column::number(t(text::RESERVE_AMOUNT)),
    ];
    let (claims, trial, gap) = (cover.claims, cover.trial, cover.gap);
    let rows = cover.terms.into_iter().map(term).collect_view();
    view! {
        <Facts>
            <Fact term=t(text::RESERVE_CLAIMS)><Amount money=claims /></Fact>
            <Fact term=t(text::RESERVE_TRIAL)><Amount money=trial /></Fact>
            <Fact term=t(text::RESERVE_GAP)><Amount money=gap /></Fact>
        </Facts>
        <Table caption=t(text::RESERVE_PROOF) columns>{rows}</Table>
    }
}

fn term(term: Term) -> impl IntoView {
    let (code, zh, en) = term.cell.heading();
    let heading = format!("{} {}", term.cell.sign(), named(en, zh));
    let parts = term.parts.into_iter().map(part).collect_view();
    view! {
        <tr class="total" id=code>
            <th scope="row">{code}</th>
            <td>{heading}</td>
            <td class="number"><Amount money=term.amount /></td>
        </tr>
        {parts}
    }
}

fn part(part: Part) -> impl IntoView {
    let (words, href) = origin(part.origin);
    view! {
        <tr>
            <td></td>
            <td class="depth-1">
                <a class="link" href=href>{words}</a>
            </td>
            <td class="number"><Amount money=part.amount /></td>
        </tr>
    }
}

/// Where a part comes from, in words, and the entries behind it.
fn origin(origin: Origin) -> (String, String) {
    let own = || routes::accounts_of("1002.01");
    let (word, href) = match origin {
        Origin::Account(code) => {
            let href = routes::accounts_of(&code);
            return (code, href);
        }
        Origin::Statement(account) => {
            let words = format!("{} {account}", t(text::RESERVE_STATEMENT));
            return (words, routes::STATEMENT_FILES.to_owned());
        }
        Origin::LateLines => (text::RESERVE_LATE_LINES, routes::RESERVE_UNREACHED.to_owned()),
        Origin::Lodged => (text::RESERVE_LODGED, routes::reserve_documents_of("own_funds_lodged")),
        Origin::Swept => (text::RESERVE_SWEPT, routes::reserve_documents_of("fee_sweep")),
        Origin::InterestCarried => {
            (text::RESERVE_INTEREST_CARRIED, routes::reserve_documents_of("interest_carried"))
        }
        Origin::Injected => (text::RESERVE_INJECTED, own()),
        Origin::Uncovered => (text::RESERVE_UNCOVERED, own()),
    };
    (t(word).to_owned(), href)
}
