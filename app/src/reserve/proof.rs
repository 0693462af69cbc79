use super::{api, chart_names};
use crate::components::{Amount, Badge, Column, Fact, Facts, Loaded, Panel, Table, Tone, load};
use crate::i18n::{Text, t};
use crate::{routes, text};
use domain::money::Money;
use domain::reserve::{ProofTerm, ReserveProof, StatementComparison, TermGroup};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The cover check: what customers are owed against the money held, with every term.
#[component]
pub fn Proof() -> impl IntoView {
    let proof = load(
        || (),
        |()| async move { Ok((api::proof().await?, chart_names(crate::api::chart().await?))) },
    );
    view! { <Loaded from=proof show=|(proof, names)| show(proof, &names) /> }
}

fn show(proof: ReserveProof, names: &BTreeMap<String, String>) -> impl IntoView + use<> {
    let (tone, word) = if proof.holds() {
        (Tone::Good, text::RESERVE_COVERED)
    } else {
        (Tone::Bad, text::RESERVE_NOT_COVERED)
    };
    let groups = [
        (TermGroup::Claim, text::RESERVE_CLAIMS, proof.claims),
        (TermGroup::Money, text::RESERVE_MONEY, proof.money),
        (TermGroup::Unreached, text::RESERVE_UNREACHED, proof.unreached),
        (TermGroup::Own, text::RESERVE_OWN, proof.own),
    ];
    let columns = vec![
        Column::text(t(text::RESERVE_LEDGER_CODE)),
        Column::text(t(text::RESERVE_TERM)),
        Column::number(t(text::RESERVE_AMOUNT)),
    ];
    let rows = groups.map(|(group, title, sum)| {
        let terms = proof.terms.iter().filter(|term| term.group == group);
        let rows = terms.map(|term| row(term, names)).collect_view();
        view! { {rows} {sum_row(title, sum)} }
    });
    let statements = (!proof.statements.is_empty()).then(|| statements(proof.statements));
    view! {
        <Panel
            title=t(text::RESERVE_PROOF)
            actions=move || view! { <Badge tone>{t(word)}</Badge> }
        >
            <p class="field-hint">{t(text::RESERVE_PROOF_HINT)}</p>
            <Facts>
                <Fact term=t(text::RESERVE_CLAIMS)><Amount money=proof.claims /></Fact>
                <Fact term=t(text::RESERVE_TRIAL)><Amount money=proof.trial /></Fact>
                <Fact term=t(text::RESERVE_GAP)><Amount money=proof.gap /></Fact>
            </Facts>
            <Table caption=t(text::RESERVE_PROOF) columns>
                {rows}
                {sum_row(text::RESERVE_TRIAL, proof.trial)}
                {sum_row(text::RESERVE_GAP, proof.gap)}
            </Table>
        </Panel>
        {statements}
    }
}

fn row(term: &ProofTerm, names: &BTreeMap<String, String>) -> impl IntoView + use<> {
    let (href, code, money) = (routes::accounts_of(&term.code), term.code.clone(), term.amount);
    let name = names.get(&code).cloned();
    view! {
        <tr>
            <td class="depth-1"><a class="link" href=href>{code}</a></td>
            <td>{name}</td>
            <td class="number"><Amount money /></td>
        </tr>
    }
}

fn sum_row(title: Text, money: Money) -> impl IntoView {
    view! {
        <tr class="total">
            <th scope="row" colspan="2">{t(title)}</th>
            <td class="number"><Amount money /></td>
        </tr>
    }
}

/// Our books beside the bank's word.
fn statements(statements: Vec<StatementComparison>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_CODE)),
        Column::text(t(text::RESERVE_STATEMENT_DAY)),
        Column::number(t(text::RESERVE_BOOKED)),
        Column::number(t(text::RESERVE_STATEMENT)),
        Column::number(t(text::RESERVE_DIFFERENCE)),
    ];
    let rows = statements.into_iter().map(|one| {
        view! {
            <tr>
                <td>{one.account}</td>
                <td>{one.day.to_string()}</td>
                <td class="number"><Amount money=one.booked /></td>
                <td class="number"><Amount money=one.closing /></td>
                <td class="number"><Amount money=one.difference /></td>
            </tr>
        }
    });
    view! {
        <Panel title=t(text::RESERVE_STATEMENTS)>
            <p class="field-hint">{t(text::RESERVE_STATEMENTS_HINT)}</p>
            <Table caption=t(text::RESERVE_STATEMENTS) columns>{rows.collect_view()}</Table>
        </Panel>
    }
}
