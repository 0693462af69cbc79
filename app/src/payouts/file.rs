use super::files::carries;
use super::{api, file_standing};
use crate::components::{
    Amount, Badge, Column, CopyId, Fact, Facts, Loaded, Moment, PageHead, Panel, Table, load,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::payout_table::payout_table;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::ids::PayoutFileId;
use domain::payout::{FileAnswer, Handout, PayoutFileDetail, PayoutFileSummary};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One payout file: what it pays, who took it to the bank, what the bank said of it.
#[component]
pub fn FilePage() -> impl IntoView {
    let params = use_params_map();
    let file = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find_file(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=file show=show /> }
}

fn show(file: PayoutFileDetail) -> impl IntoView {
    let id = file.summary.id;
    let number = file.summary.number.clone();
    let facts = facts(&file);
    // The order of a reserve document is not a payout: the file names the document.
    let payouts = file.summary.document.is_none().then(|| {
        view! { <Panel title=t(text::PAYOUTS_TITLE)>{payout_table(file.payouts)}</Panel> }
    });
    view! {
        <PageHead title=number lead=t(text::PAYOUTS_FILE)>
            <a class="link" href=routes::audit_of(&id.to_string())>{t(text::PAYOUTS_HISTORY)}</a>
        </PageHead>
        <Panel title=t(text::PAYOUTS_FILE)>
            {facts}
            {downloads(id)}
        </Panel>
        {payouts}
        <Panel title=t(text::PAYOUTS_FILE_ANSWERS)>{answers(file.answers)}</Panel>
        <Panel title=t(text::PAYOUTS_FILE_HANDOUTS)>{handouts(file.handouts)}</Panel>
    }
}

fn facts(file: &PayoutFileDetail) -> impl IntoView + use<> {
    let carries = carries(&file.summary);
    let PayoutFileSummary { account, count, total, open, created_at, standing, .. } =
        file.summary.clone();
    let (state, tone) = file_standing(standing);
    let PayoutFileDetail { sha256, signature, public_key, .. } = file.clone();
    view! {
        <Facts>
            <Fact term=t(text::PAYOUTS_STATE)><Badge tone>{state}</Badge></Fact>
            <Fact term=t(text::PAYOUTS_TOTAL)><Amount money=total /></Fact>
            <Fact term=t(text::PAYOUTS_COUNT)>{count}</Fact>
            <Fact term=t(text::PAYOUTS_FILE_OPEN)>{open}</Fact>
            <Fact term=t(text::PAYOUTS_FILE_CARRIES)>{carries}</Fact>
            <Fact term=t(text::PAYOUTS_PAID_FROM)>{account}</Fact>
            <Fact term=t(text::PAYOUTS_FILE_WRITTEN_AT)><Moment at=created_at /></Fact>
            <Fact term="SHA-256"><CopyId id=sha256 /></Fact>
            <Fact term=t(text::PAYOUTS_FILE_SIGNATURE)><CopyId id=signature /></Fact>
            <Fact term=t(text::PAYOUTS_FILE_KEY)><CopyId id=public_key /></Fact>
        </Facts>
    }
}

/// The file and its signature, for those who take them to the bank.
fn downloads(id: PayoutFileId) -> impl IntoView {
    if !session::may(Permission::MakePayout) {
        return view! { <p class="field-hint">{t(text::PAYOUTS_FILE_CANNOT)}</p> }.into_any();
    }
    view! {
        <p class="field-hint">{t(text::PAYOUTS_FILE_HINT)}</p>
        <p>
            <a class="button" href=routes::payout_file_download(id) rel="external" download>
                {t(text::PAYOUTS_FILE_TAKE)}
            </a>
            " "
            <a class="link" href=routes::payout_file_signature(id) rel="external" download>
                {t(text::PAYOUTS_FILE_TAKE_SIGNATURE)}
            </a>
        </p>
    }
    .into_any()
}

fn answers(answers: Vec<FileAnswer>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYOUTS_FILE_SAID_AT)),
        Column::text(t(text::PAYOUTS_STATE)),
        Column::text(t(text::PAYOUTS_REASON)),
    ];
    let row = |answer: FileAnswer| {
        let said = said(&answer.status);
        view! {
            <tr>
                <td><Moment at=answer.at /></td>
                <td>{said}</td>
                <td class="wrap">{answer.reason}</td>
            </tr>
        }
    };
    view! {
        <Table
            caption=t(text::PAYOUTS_FILE_ANSWERS)
            columns
            empty=answers.is_empty()
            nothing=t(text::PAYOUTS_FILE_NO_ANSWERS)
        >
            {answers.into_iter().map(row).collect_view()}
        </Table>
    }
}

/// The word for what a report says of a file.
fn said(status: &str) -> &'static str {
    let word = match status {
        "accepted" => text::PAYOUTS_SAID_ACCEPTED,
        "settled" => text::PAYOUTS_SAID_SETTLED,
        "rejected" => text::PAYOUTS_SAID_REJECTED,
        "partly" => text::PAYOUTS_SAID_PARTLY,
        _ => text::PAYOUTS_SAID_PENDING,
    };
    t(word)
}

fn handouts(handouts: Vec<Handout>) -> impl IntoView {
    let columns =
        vec![Column::text(t(text::PAYOUTS_FILE_SAID_AT)), Column::text(t(text::PAYOUTS_FILE_BY))];
    let row = |handout: Handout| {
        view! {
            <tr>
                <td><Moment at=handout.at /></td>
                <td>{handout.by_name}</td>
            </tr>
        }
    };
    view! {
        <Table
            caption=t(text::PAYOUTS_FILE_HANDOUTS)
            columns
            empty=handouts.is_empty()
            nothing=t(text::PAYOUTS_FILE_NO_HANDOUTS)
        >
            {handouts.into_iter().map(row).collect_view()}
        </Table>
    }
}
