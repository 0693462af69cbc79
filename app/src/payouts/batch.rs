use super::files::file_table;
use super::{api, batch_state};
use crate::components::{
    Amount, Badge, CommandForm, Confirmed, Fact, Facts, Loaded, Moment, PageHead, Panel, Submit,
    load,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::payout_table::payout_table;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::ids::PayoutBatchId;
use domain::page::{PAGE_SIZE_MAX, Page, PageRequest};
use domain::payout::{BatchState, PayoutBatchDetail, PayoutBatchSummary, PayoutFileSummary};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One batch: its payouts, their total, and the way to the decision about it.
#[component]
pub fn BatchPage() -> impl IntoView {
    let params = use_params_map();
    let batch = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find_batch(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=batch show=show /> }
}

fn show(batch: PayoutBatchDetail) -> impl IntoView {
    let PayoutBatchDetail { summary, payouts } = batch;
    let submits = summary.state == BatchState::Drafted && session::may(Permission::MakePayout);
    let id = summary.id;
    let facts = facts(&summary);
    view! {
        <PageHead title=summary.number lead=t(text::PAYOUTS_BATCH)>
            <a class="link" href=routes::audit_of(&id.to_string())>{t(text::PAYOUTS_HISTORY)}</a>
        </PageHead>
        <Panel title=t(text::PAYOUTS_BATCH)>{facts}</Panel>
        <Panel title=t(text::PAYOUTS_TITLE)>{payout_table(payouts)}</Panel>
        <FilesOf batch=id />
        {submits.then(|| view! { <SubmitBatch id /> })}
    }
}

/// The files a batch went out with; nothing while there are none.
#[component]
fn FilesOf(batch: PayoutBatchId) -> impl IntoView {
    let most = PageRequest { number: 1, size: PAGE_SIZE_MAX };
    let files = load(move || batch, move |batch| api::files(Some(batch), most));
    let show = |page: Page<PayoutFileSummary>| {
        (!page.rows.is_empty()).then(|| {
            view! { <Panel title=t(text::PAYOUTS_FILES)>{file_table(page.rows)}</Panel> }
        })
    };
    view! { <Loaded from=files show /> }
}

fn facts(batch: &PayoutBatchSummary) -> impl IntoView + use<> {
    let (state, tone) = batch_state(batch.state);
    let approval = batch.approval.map(|id| {
        view! {
            <Fact term=t(text::PAYOUTS_APPROVAL)>
                <a class="link" href=routes::approval(id)>{t(text::PAYOUTS_TO_APPROVAL)}</a>
            </Fact>
        }
    });
    let failure = batch.failure.clone().map(|failure| {
        view! { <Fact term=t(text::PAYOUTS_FAILURE)>{failure}</Fact> }
    });
    let (account, maker) = (batch.reserve_account.clone(), batch.made_by_name.clone());
    let (count, total, created_at) = (batch.count, batch.total, batch.created_at);
    view! {
        <Facts>
            <Fact term=t(text::PAYOUTS_STATE)><Badge tone>{state}</Badge></Fact>
            <Fact term=t(text::PAYOUTS_TOTAL)><Amount money=total /></Fact>
            <Fact term=t(text::PAYOUTS_COUNT)>{count}</Fact>
            <Fact term=t(text::PAYOUTS_PAID_FROM)>
                <a class="link" href=routes::RESERVE>{account}</a>
            </Fact>
            <Fact term=t(text::PAYOUTS_MAKER)>{maker} " " <Moment at=created_at /></Fact>
            {approval}
            {failure}
        </Facts>
    }
}

#[component]
fn SubmitBatch(id: PayoutBatchId) -> impl IntoView {
    let action = ServerAction::<api::Submit>::new();
    view! {
        <Panel title=t(text::PAYOUTS_SUBMIT)>
            <CommandForm action>
                <p class="field-hint">{t(text::PAYOUTS_SUBMIT_HINT)}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <Confirmed name="request[confirmed]" label=t(text::PAYOUTS_CONFIRM) />
                <Submit>{t(text::PAYOUTS_SUBMIT)}</Submit>
            </CommandForm>
        </Panel>
    }
}
