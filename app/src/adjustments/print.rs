use super::{api, effects, lines, named_state};
use crate::components::{Column, Fact, Facts, Loaded, Moment, PageHead, Panel, Table, load};
use crate::failure::Failure;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::adjustment::{AdjustmentDetail, Signature};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// An adjustment on paper: the document, what it did, and who signed it, on A4.
#[component]
pub fn AdjustmentPrint() -> impl IntoView {
    let params = use_params_map();
    let adjustment = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=adjustment show=show /> }
}

fn show(found: api::Found) -> impl IntoView {
    let adjustment = found.named.what;
    let owners = found.named.owners;
    let title = format!("{} {}", t(text::ADJUSTMENTS_DOCUMENT), adjustment.summary.number);
    let files = adjustment.files.iter().map(|file| (file.name.clone(), file.sha256.clone()));
    let files: Vec<_> = files.collect();
    let document = routes::adjustment(adjustment.summary.id);
    let (facts, signatures) = (facts(&adjustment), signatures(&adjustment));
    let balances = effects::balances(&adjustment.effects, &owners);
    let lines = lines(adjustment.request.lines, &owners);
    view! {
        <PageHead title=title />
        <p class="field-hint command">
            {t(text::ADJUSTMENTS_PRINT_HINT)} " "
            <a class="link" href=document>
                {t(text::ADJUSTMENTS_TO_DOCUMENT)}
            </a>
        </p>
        <Panel title=t(text::ADJUSTMENTS_DOCUMENT)>{facts}</Panel>
        <Panel title=t(text::ADJUSTMENTS_LINES)>{lines}</Panel>
        <Panel title=t(text::ADJUSTMENTS_BALANCES)>{balances}</Panel>
        {(!files.is_empty()).then(|| view! {
            <Panel title=t(text::ADJUSTMENTS_FILES)>{hashes(files)}</Panel>
        })}
        <Panel title=t(text::ADJUSTMENTS_SIGNATURES)>{signatures}</Panel>
    }
}

fn facts(adjustment: &AdjustmentDetail) -> impl IntoView + use<> {
    let summary = adjustment.summary.clone();
    let (baseline, reason) = (summary.baseline, summary.reason);
    let corrects = adjustment.request.corrects.map(|id| {
        view! { <Fact term=t(text::ADJUSTMENTS_CORRECTS)>{id.to_string()}</Fact> }
    });
    let undoes = adjustment.undoes.clone().map(|(_, number)| {
        view! { <Fact term=t(text::ADJUSTMENTS_UNDOES)>{number}</Fact> }
    });
    let template = adjustment.template_name.clone().map(|name| {
        let month = adjustment.request.recurring.map(|one| one.month.to_string());
        view! { <Fact term=t(text::ADJUSTMENTS_RECURRING)>{name} " " {month}</Fact> }
    });
    let evidence = adjustment.request.evidence.clone();
    view! {
        <Facts>
            <Fact term=t(text::ADJUSTMENTS_NUMBER)>{summary.number}</Fact>
            <Fact term=t(text::ADJUSTMENTS_STATE)>{named_state(summary.state.name()).0}</Fact>
            <Fact term=t(text::ADJUSTMENTS_REASON)>
                {named(reason.english(), reason.chinese())}
            </Fact>
            <Fact term=t(text::ADJUSTMENTS_BASELINE)>
                {named(baseline.english(), baseline.chinese())}
            </Fact>
            <Fact term=t(text::ADJUSTMENTS_EVIDENCE)>{evidence}</Fact>
            {corrects}
            {undoes}
            {template}
        </Facts>
    }
}

fn hashes(files: Vec<(String, String)>) -> impl IntoView {
    let columns = vec![Column::text(t(text::ADJUSTMENTS_FILE)), Column::text("SHA-256")];
    let rows = files.into_iter().map(|(name, hash)| {
        view! { <tr><td class="wrap">{name}</td><td class="wrap"><code>{hash}</code></td></tr> }
    });
    view! { <Table caption=t(text::ADJUSTMENTS_FILES) columns>{rows.collect_view()}</Table> }
}

/// The maker and everybody who agreed, by name and sign-in, with room to sign by hand.
fn signatures(adjustment: &AdjustmentDetail) -> impl IntoView + use<> {
    let summary = &adjustment.summary;
    let maker = Signature {
        login: summary.maker_login.clone(),
        name: summary.maker_name.clone(),
        at: summary.created_at,
    };
    let columns = vec![
        Column::text(t(text::ADJUSTMENTS_ROLE)),
        Column::text(t(text::ADJUSTMENTS_NAME)),
        Column::text(t(text::ADJUSTMENTS_LOGIN)),
        Column::text(t(text::ADJUSTMENTS_SIGNED_AT)),
        Column::text(t(text::ADJUSTMENTS_BY_HAND)),
    ];
    let waiting = adjustment.signatures.is_empty().then(|| {
        view! {
            <tr>
                <td>{t(text::ADJUSTMENTS_CHECKER)}</td>
                <td colspan="3">{t(text::ADJUSTMENTS_NOT_SIGNED)}</td>
                <td></td>
            </tr>
        }
    });
    let row = |role: &'static str, one: Signature| {
        view! {
            <tr>
                <td>{role}</td>
                <td>{one.name}</td>
                <td><code>{one.login}</code></td>
                <td><Moment at=one.at /></td>
                <td></td>
            </tr>
        }
    };
    let checkers = adjustment.signatures.clone().into_iter();
    let checkers = checkers.map(|one| row(t(text::ADJUSTMENTS_CHECKER), one)).collect_view();
    view! {
        <Table caption=t(text::ADJUSTMENTS_SIGNATURES) columns>
            {row(t(text::ADJUSTMENTS_MAKER), maker)} {checkers} {waiting}
        </Table>
    }
}
