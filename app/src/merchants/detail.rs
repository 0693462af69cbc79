use super::conspicuous::Conspicuous;
use super::holds::Holds;
use super::list::table;
use super::terms::{Fees, Products, SplitRules};
use super::{api, kind_name, propose, status_name};
use crate::components::{Badge, CopyId, Fact, Facts, Loaded, Moment, PageHead, Panel, load};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::merchant::{MerchantDetail, MerchantKind, MerchantStatus};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One merchant with all its terms.
#[component]
pub fn MerchantPage() -> impl IntoView {
    let params = use_params_map();
    let merchant = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=merchant show=show /> }
}

fn show(merchant: MerchantDetail) -> impl IntoView {
    let MerchantDetail { summary, fees, split_rules, sub_merchants, .. } = merchant.clone();
    let platform = summary.kind == MerchantKind::Platform;
    let proposes =
        session::may(Permission::MakeMerchantChange) && summary.status != MerchantStatus::Closed;
    let suspended = summary.status == MerchantStatus::Suspended;
    let (id, title) = (summary.id, summary.name.clone());
    let code = summary.code.clone();
    let split = platform.then(|| {
        view! {
            <Panel title=t(text::MERCHANTS_SPLIT_RULES)><SplitRules rules=split_rules /></Panel>
            <Panel title=t(text::MERCHANTS_SUB_MERCHANTS)>
                {table(t(text::MERCHANTS_SUB_MERCHANTS), sub_merchants)}
            </Panel>
        }
    });
    view! {
        <PageHead title lead=kind_name(summary.kind)>
            <a class="link" href=routes::payments_of(&summary.code)>
                {t(text::MERCHANTS_PAYMENTS)}
            </a>
            <a class="link" href=routes::orders_of(&summary.code)>{t(text::MERCHANTS_ORDERS)}</a>
            <a class="link" href=routes::audit_of(&id.to_string())>
                {t(text::MERCHANTS_HISTORY)}
            </a>
        </PageHead>
        {facts(merchant)}
        <Holds id code />
        <Panel title=t(text::MERCHANTS_PRODUCTS)>
            <Products id enabled=summary.products proposes />
        </Panel>
        <Panel title=t(text::MERCHANTS_FEES)><Fees rows=fees /></Panel>
        {proposes.then(|| view! { <propose::ProposeFee id /> })}
        {proposes.then(|| view! { <propose::ProposeAccount id holder=summary.name.clone() /> })}
        {proposes.then(|| view! { <propose::ProposeSuspension id suspended /> })}
        {session::may(Permission::ViewPayments).then(|| view! { <Conspicuous id /> })}
        {split}
    }
}

fn facts(merchant: MerchantDetail) -> impl IntoView {
    let MerchantDetail { summary, settlement_account, .. } = merchant;
    let (status, tone) = status_name(summary.status);
    let days = merchant.settlement_cycle_days.to_string();
    let platform = summary.platform.map(|(id, name)| {
        view! {
            <Fact term=t(text::MERCHANTS_PLATFORM)>
                <a class="link" href=routes::merchant(id)>{name}</a>
            </Fact>
        }
    });
    let keys = merchant.api_keys.join(", ");
    let keys = if keys.is_empty() { t(text::MERCHANTS_NO_API_KEYS).to_owned() } else { keys };
    view! {
        <Panel title=t(text::MERCHANTS_MERCHANT)>
            <Facts>
                <Fact term=t(text::MERCHANTS_CODE)><CopyId id=summary.code /></Fact>
                <Fact term=t(text::MERCHANTS_KIND)>{kind_name(summary.kind)}</Fact>
                <Fact term=t(text::MERCHANTS_STATUS)><Badge tone>{status}</Badge></Fact>
                {platform}
                <Fact term=t(text::MERCHANTS_API_KEYS)>{keys}</Fact>
                <Fact term=t(text::MERCHANTS_CREATED_AT)><Moment at=merchant.created_at /></Fact>
            </Facts>
        </Panel>
        <Panel title=t(text::MERCHANTS_SETTLEMENT)>
            <Facts>
                <Fact term=t(text::MERCHANTS_CYCLE)>
                    {tf(text::MERCHANTS_CYCLE_DAYS, [("days", &days)])}
                </Fact>
                <Fact term=t(text::MERCHANTS_ACCOUNT_NAME)>{settlement_account.account_name}</Fact>
                <Fact term=t(text::MERCHANTS_BANK)>{settlement_account.bank}</Fact>
                <Fact term=t(text::MERCHANTS_ACCOUNT_NO)>
                    <CopyId id=settlement_account.account_no />
                </Fact>
            </Facts>
        </Panel>
    }
}
