use super::api;
use crate::books::JournalsOf;
use crate::components::{
    Amount, Badge, CommandForm, CopyId, Fact, Facts, Loaded, Moment, PageHead, Panel, Step, Submit,
    TextField, Timeline, load,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::payout_table::{named_state, payout_state, source_name};
use crate::phrases::phrase;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::payout::{PayoutDetail, PayoutSource, PayoutState, PayoutStep, PayoutSummary};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;
use leptos_router::hooks::use_params_map;

/// One payout with its path: from the settlement to the line of the bank statement.
#[component]
pub fn PayoutPage() -> impl IntoView {
    let params = use_params_map();
    let payout = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=payout show=show /> }
}

fn show(payout: PayoutDetail) -> impl IntoView {
    let id = payout.summary.id;
    let title = tf(text::PAYOUTS_PAYOUT_TO, [("payee", &payout.payee.name)]);
    let (facts, path, again) = (facts(&payout), path(&payout), again(&payout));
    let refusal = refusal(&payout);
    view! {
        <PageHead title lead=payout.summary.number>
            <a class="link" href=routes::audit_of(&id.to_string())>{t(text::PAYOUTS_HISTORY)}</a>
        </PageHead>
        <Panel title=t(text::PAYOUTS_PAYOUT)>{facts}</Panel>
        {again}
        {refusal}
        <Panel title=t(text::PAYOUTS_PATH)>{path}</Panel>
        <Panel title=t(text::PAYOUTS_STEPS)>
            <Timeline>{payout.steps.into_iter().map(step).collect_view()}</Timeline>
        </Panel>
        <JournalsOf kind="payout" id=id.to_string() />
    }
}

fn facts(payout: &PayoutDetail) -> impl IntoView + use<> {
    let PayoutSummary { merchant, merchant_name, merchant_code, amount, state, created_at, .. } =
        payout.summary.clone();
    let (word, tone) = payout_state(&state);
    let payee = payout.payee.clone();
    let user = payout.user.clone().map(|(id, name)| {
        view! { <Fact term=t(text::PAYOUTS_USER)>{link(routes::user(id), name)}</Fact> }
    });
    let fee = payout.fee.map(|money| {
        view! { <Fact term=t(text::PAYOUTS_USER_FEE)><Amount money /></Fact> }
    });
    let (from, purse) = (payout.from_code.clone(), routes::accounts_of(&payout.from_code));
    view! {
        <Facts>
            <Fact term=t(text::PAYOUTS_AMOUNT)><Amount money=amount /></Fact>
            <Fact term=t(text::PAYOUTS_STATE)><Badge tone>{word}</Badge> {because(&state)}</Fact>
            <Fact term=t(text::PAYOUTS_MERCHANT)>
                <a class="link" href=routes::merchant(merchant)>
                    {merchant_name} " (" {merchant_code} ")"
                </a>
            </Fact>
            {user} {fee}
            <Fact term=t(text::PAYOUTS_PAYEE)>
                {payee.name} ", " {payee.bank} ", " <CopyId id=payee.account />
            </Fact>
            <Fact term=t(text::PAYOUTS_TAKEN_FROM)><a class="link" href=purse>{from}</a></Fact>
            <Fact term=t(text::PAYOUTS_CREATED_AT)><Moment at=created_at /></Fact>
        </Facts>
    }
}

/// A returned payout and the one that replaces it; a stop that holds it back.
fn again(payout: &PayoutDetail) -> impl IntoView + use<> {
    let returned = matches!(payout.summary.state, PayoutState::Returned { .. });
    let link_to = |(id, number): (domain::ids::PayoutId, String)| link(routes::payout(id), number);
    let repays = payout.repays.clone().map(|old| {
        view! { <Fact term=t(text::PAYOUTS_REPAYS)>{link_to(old)}</Fact> }
    });
    let form = (returned && payout.repaid_by.is_none()).then(|| repay(payout));
    let repaid = payout.repaid_by.clone().map(|new| {
        view! { <Fact term=t(text::PAYOUTS_REPAID_BY)>{link_to(new)}</Fact> }
    });
    let stopped = payout.stopped.clone().map(|why| {
        view! { <Fact term=t(text::PAYOUTS_STOPPED)>{phrase(&why)}</Fact> }
    });
    let something = repays.is_some() || repaid.is_some() || stopped.is_some() || form.is_some();
    something.then(|| {
        view! {
            <Panel title=t(text::PAYOUTS_AGAIN)>
                <Facts>{stopped} {repays} {repaid}</Facts>
                {form}
            </Panel>
        }
    })
}

/// The form that refuses a withdrawal or a top-up return before it is put into a batch.
fn refusal(payout: &PayoutDetail) -> Option<AnyView> {
    let asked =
        matches!(payout.summary.source, PayoutSource::UserWithdrawal | PayoutSource::TopUpReturn);
    let drafted = matches!(payout.summary.state, PayoutState::Drafted { .. });
    if !asked || !drafted || payout.summary.batch.is_some() {
        return None;
    }
    let body = if session::may(Permission::MakePayout) {
        let action = ServerAction::<api::Refuse>::new();
        let id = payout.summary.id.to_string();
        view! {
            <CommandForm action>
                <p class="field-hint">{t(text::PAYOUTS_REFUSE_HINT)}</p>
                <input type="hidden" name="request[id]" value=id />
                <TextField name="request[reason]" label=t(text::PAYOUTS_REFUSE_REASON) />
                <Submit grave=true>{t(text::PAYOUTS_REFUSE)}</Submit>
            </CommandForm>
        }
        .into_any()
    } else {
        view! { <p class="field-hint">{t(text::PAYOUTS_REFUSE_CANNOT)}</p> }.into_any()
    };
    Some(view! { <Panel title=t(text::PAYOUTS_REFUSE)>{body}</Panel> }.into_any())
}

fn repay(payout: &PayoutDetail) -> AnyView {
    if !session::may(Permission::MakePayout) {
        return view! { <p class="field-hint">{t(text::PAYOUTS_REPAY_CANNOT)}</p> }.into_any();
    }
    let action = ServerAction::<api::Repay>::new();
    let id = payout.summary.id.to_string();
    let payee = payout.refund.map(|_| payout.payee.clone());
    let other = payee.map(|payee| {
        let holder = tf(text::PAYOUTS_OTHER_HINT, [("holder", &payee.name)]);
        view! {
            <p class="field-hint">{holder}</p>
            <TextField
                name="request[bank]"
                label=t(text::PAYOUTS_OTHER_BANK)
                value=payee.bank
                optional=true
            />
            <TextField
                name="request[account]"
                label=t(text::PAYOUTS_OTHER_ACCOUNT)
                value=payee.account
                optional=true
            />
        }
    });
    view! {
        <CommandForm action>
            <p class="field-hint">{t(text::PAYOUTS_REPAY_HINT)}</p>
            <input type="hidden" name="request[id]" value=id />
            {other}
            <Submit>{t(text::PAYOUTS_REPAY)}</Submit>
        </CommandForm>
    }
    .into_any()
}

/// Why a payout is where it is, where that needs a word.
fn because(state: &PayoutState) -> Option<String> {
    let reason = match state {
        PayoutState::Drafted { returned_because } => returned_because.as_ref()?,
        PayoutState::Unknown { reason }
        | PayoutState::Rejected { reason }
        | PayoutState::Returned { reason, .. } => reason,
        _ => return None,
    };
    Some(format!(" {}", phrase(reason)))
}

/// The documents on its way, in order; those that are not there yet say so.
fn path(payout: &PayoutDetail) -> impl IntoView + use<> {
    let (kind, source) = payout.source.clone();
    // A payout that is paid once more comes from the one it replaces.
    let kind = if kind == "returned_payout" { "payout" } else { kind.as_str() };
    let source = match routes::source(kind, &source.to_string()) {
        Some(href) => link(href, source_name(payout.summary.source)),
        // A withdrawal is asked for together with its payout: no other document stands before it.
        None => source_name(payout.summary.source).into_any(),
    };
    let batch = payout.summary.batch.map(|batch| {
        let number = payout.batch_number.clone().unwrap_or_else(|| batch.to_string());
        link(routes::payout_batch(batch), number)
    });
    let approval =
        payout.approval.map(|id| link(routes::approval(id), t(text::PAYOUTS_TO_APPROVAL)));
    let account =
        payout.reserve_account.clone().map(|(id, code)| link(routes::reserve_account(id), code));
    let bank_ref = payout.bank_ref.clone().map(|id| view! { <CopyId id /> }.into_any());
    let line = match &payout.summary.state {
        PayoutState::Paid { line } | PayoutState::Returned { line, .. } => {
            Some(view! { <CopyId id=line.to_string() /> }.into_any())
        }
        _ => None,
    };
    let file = payout.file.clone().map(|(id, number)| {
        let link = link(routes::payout_file(id), number);
        view! { <Fact term=t(text::PAYOUTS_IN_FILE)>{link}</Fact> }
    });
    let queries = payout.queries;
    view! {
        <Facts>
            <Fact term=t(text::PAYOUTS_SOURCE)>{source}</Fact>
            <Fact term=t(text::PAYOUTS_BATCH)>{or_not_yet(batch)}</Fact>
            <Fact term=t(text::PAYOUTS_APPROVAL)>{or_not_yet(approval)}</Fact>
            <Fact term=t(text::PAYOUTS_PAID_FROM)>{or_not_yet(account)}</Fact>
            {file}
            <Fact term=t(text::PAYOUTS_BANK_REF)>{or_not_yet(bank_ref)}</Fact>
            <Fact term=t(text::PAYOUTS_QUERIES)>{queries}</Fact>
            <Fact term=t(text::PAYOUTS_STATEMENT_LINE)>{or_not_yet(line)}</Fact>
        </Facts>
    }
}

fn link(href: String, words: impl ToString) -> AnyView {
    view! { <a class="link" href=href>{words.to_string()}</a> }.into_any()
}

fn or_not_yet(there: Option<AnyView>) -> AnyView {
    there.unwrap_or_else(|| {
        view! { <span class="nothing">{t(text::PAYOUTS_NOT_YET)}</span> }.into_any()
    })
}

fn step(step: PayoutStep) -> impl IntoView {
    let (word, tone) = named_state(&step.state);
    view! {
        <Step at=Some(step.at) title=word tone>
            {(!step.note.is_empty()).then_some(step.note)}
        </Step>
    }
}
