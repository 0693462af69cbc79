use super::{Here, Views, api};
use crate::components::{
    Amount, Choice, Column, CommandForm, Loaded, Moment, PageHead, Pager, Panel, Place,
    SelectField, Submit, Table, load, use_filter,
};
use crate::i18n::t;
use crate::payout_table::source_name;
use crate::phrases::phrase;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::page::{PAGE_SIZE_MAX, Page, PageRequest};
use domain::payout::{PayoutFilter, PayoutState, PayoutSummary};
use domain::reserve::{Purpose, ReserveAccount};
use leptos::prelude::*;

/// Drafted payouts, to be chosen for a batch.
#[component]
pub fn DraftsPage() -> impl IntoView {
    let filter = use_filter();
    let found = load(move || filter().page().number, drafts);
    view! {
        <PageHead title=t(text::PAYOUTS_DRAFTS) lead=t(text::PAYOUTS_DRAFTS_LEAD) />
        <Views here=Here::Drafts />
        <Loaded from=found show=|(page, accounts)| view! { <Choose page accounts /> } />
    }
}

/// Drafted payouts that are in no batch, and the accounts they can be paid from.
async fn drafts(
    number: i64,
) -> Result<(Page<PayoutSummary>, Vec<ReserveAccount>), crate::failure::Failure> {
    let filter = PayoutFilter { state: Some("drafted".to_owned()), ..PayoutFilter::default() };
    let page = crate::api::payouts(filter, PageRequest { number, size: PAGE_SIZE_MAX }).await?;
    let mut accounts = crate::api::reserve_accounts().await?;
    accounts.retain(|account| account.active && account.purpose == Purpose::Custody);
    Ok((page, accounts))
}

#[component]
fn Choose(page: Page<PayoutSummary>, accounts: Vec<ReserveAccount>) -> impl IntoView {
    let action = ServerAction::<api::MakeBatch>::new();
    let place = Place::of(&page);
    let makes = session::may(Permission::MakePayout) && !page.rows.is_empty();
    let choices = accounts
        .iter()
        .map(|account| {
            let free = account.booked.checked_sub(account.promised).unwrap_or(account.booked);
            let label = format!("{} · {} · {free}", account.code, account.bank_name);
            Choice::new(account.id, label)
        })
        .collect();
    let form = makes.then(|| {
        view! {
            <SelectField name="request[account]" label=t(text::PAYOUTS_PAID_FROM) choices />
            <p class="field-hint">{t(text::PAYOUTS_BATCH_HINT)}</p>
            <Submit>{t(text::PAYOUTS_MAKE_BATCH)}</Submit>
        }
    });
    view! {
        <Panel title=t(text::PAYOUTS_CHOOSE)>
            <CommandForm action>
                {table(page.rows, makes)}
                {form}
            </CommandForm>
        </Panel>
        <Pager place />
    }
}

fn table(payouts: Vec<PayoutSummary>, makes: bool) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYOUTS_CHOSEN)),
        Column::text(t(text::PAYOUTS_NUMBER)),
        Column::text(t(text::PAYOUTS_MERCHANT)),
        Column::text(t(text::PAYOUTS_SOURCE)),
        Column::text(t(text::PAYOUTS_CREATED_AT)),
        Column::number(t(text::PAYOUTS_AMOUNT)),
    ];
    view! {
        <Table
            caption=t(text::PAYOUTS_DRAFTS)
            columns
            empty=payouts.is_empty()
            nothing=t(text::PAYOUTS_NO_DRAFTS)
        >
            {payouts.into_iter().map(|payout| row(payout, makes)).collect_view()}
        </Table>
    }
}

fn row(payout: PayoutSummary, makes: bool) -> impl IntoView {
    let label = format!("{} {}", payout.number, payout.merchant_name);
    // One that waits in a batch not yet submitted is drafted as well.
    let choice = match payout.batch {
        Some(batch) => view! {
            <a class="link" href=routes::payout_batch(batch)>{t(text::PAYOUTS_IN_BATCH)}</a>
        }
        .into_any(),
        None if makes => view! {
            <input
                type="checkbox"
                name="request[payouts][]"
                value=payout.id.to_string()
                aria-label=label
            />
        }
        .into_any(),
        None => ().into_any(),
    };
    let because = match payout.state {
        PayoutState::Drafted { returned_because } => returned_because,
        _ => None,
    };
    let class = because.as_ref().map(|_| "wrap");
    let because = because.map(|why| {
        view! {
            <p class="field-hint">{t(text::PAYOUTS_CAME_BACK)} ": " {phrase(&why)}</p>
        }
    });
    view! {
        <tr>
            <td>{choice}</td>
            <td><a class="link" href=routes::payout(payout.id)>{payout.number}</a></td>
            <td>{payout.merchant_name} " (" {payout.merchant_code} ")"</td>
            <td class=class>{source_name(payout.source)} {because}</td>
            <td><Moment at=payout.created_at /></td>
            <td class="number"><Amount money=payout.amount /></td>
        </tr>
    }
}
