//! Server functions of the books.

use crate::api::Named;
#[cfg(feature = "ssr")]
use crate::api::owners;
use crate::failure::Failure;
#[cfg(feature = "ssr")]
use domain::account::chart::{ChartChange, ChartTerms, NewChartLine};
use domain::account::check::{BooksCheckDetail, BooksCheckSummary};
use domain::account::{
    AccountFilter, AccountSummary, ChartLine, OpenItem, OwnerKind, PostingMode, Side, Statement,
    StatementFilter, TrialBalance,
};
use domain::date::BusinessDate;
use domain::ids::{AccountId, BooksCheckId, JournalId};
use domain::journal::JournalDetail;
use domain::page::{Page, PageRequest};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Accounts with their balances.
#[server(prefix = "/api/fn", endpoint = "accounts/list", input = Json)]
pub async fn list(filter: AccountFilter) -> Result<Named<Page<AccountSummary>>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::accounts::list(&office, &actor, &filter).await?;
    let owners = owners(&office, &actor, what.rows.iter().map(|row| &row.account)).await?;
    Ok(Named { what, owners })
}

/// One account with a page of its statement.
#[server(prefix = "/api/fn", endpoint = "accounts/statement", input = Json)]
pub async fn statement_of(
    id: AccountId,
    filter: StatementFilter,
) -> Result<Named<Statement>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::accounts::statement(&office, &actor, id, &filter).await?;
    let counters = what.page.rows.iter().map(|row| &row.counter);
    let shown = counters.chain([&what.account.account]);
    let owners = owners(&office, &actor, shown).await?;
    Ok(Named { what, owners })
}

/// One journal.
#[server(prefix = "/api/fn", endpoint = "accounts/journal", input = Json)]
pub async fn find_journal(id: JournalId) -> Result<Named<JournalDetail>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::accounts::journal(&office, &actor, id).await?;
    let sides = what.lines.iter().flat_map(|line| [&line.debit.account, &line.credit.account]);
    let owners = owners(&office, &actor, sides).await?;
    Ok(Named { what, owners })
}

/// The trial balance of a day, or of the open one.
#[server(prefix = "/api/fn", endpoint = "accounts/trial_balance", input = Json)]
pub async fn trial_balance_of(day: Option<BusinessDate>) -> Result<Named<TrialBalance>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let currency = domain::money::Currency::Cny;
    let what = backoffice::accounts::trial_balance(&office, &actor, day, currency).await?;
    let owners = owners(&office, &actor, what.rows.iter().map(|row| &row.account)).await?;
    Ok(Named { what, owners })
}

/// What explains the accounts in transit at the end of a day, or of the open one.
#[server(prefix = "/api/fn", endpoint = "accounts/open_items", input = Json)]
pub async fn open_items_of(day: Option<BusinessDate>) -> Result<Named<Vec<OpenItem>>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::accounts::open_items(&office, &actor, day).await?;
    let owners = owners(&office, &actor, what.iter().map(|item| &item.account)).await?;
    Ok(Named { what, owners })
}

/// One line of the chart.
#[server(prefix = "/api/fn", endpoint = "accounts/chart_line", input = Json)]
pub async fn find_chart_line(code: String) -> Result<ChartLine, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::accounts::chart_line(&office, &actor, &code).await?)
}

/// Other terms of a chart line, as the form sends them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RewordRequest {
    /// Which line.
    pub code: String,
    /// English name.
    pub name_en: String,
    /// Chinese name.
    pub name_zh: String,
    /// Lowest balance in major units; empty when there is none.
    #[serde(default)]
    pub floor: String,
    /// How its accounts are posted to.
    pub posting_mode: PostingMode,
}

/// Proposes other terms for a chart line, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "accounts/reword_chart_line")]
pub async fn reword_chart_line(request: RewordRequest) -> Result<(), Failure> {
    let RewordRequest { code, name_en, name_zh, floor, posting_mode } = request;
    let floor_minor = floor_minor("floor", &floor)?;
    let terms = ChartTerms { name_en, name_zh, floor_minor, posting_mode };
    propose(ChartChange::Reword { code, terms }).await
}

/// A new chart line, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenRequest {
    /// Its code.
    pub new_code: String,
    /// English name.
    pub new_name_en: String,
    /// Chinese name.
    pub new_name_zh: String,
    /// `accounts`, `in_transit` or `heading`.
    pub kind: String,
    /// The side on which it grows.
    pub normal_side: Side,
    /// Whose sub-accounts it has.
    pub owner_kind: OwnerKind,
    /// Lowest balance in major units; empty when there is none.
    #[serde(default)]
    pub new_floor: String,
    /// How its accounts are posted to.
    pub new_posting_mode: PostingMode,
}

/// Proposes a new chart line, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "accounts/open_chart_line")]
pub async fn open_chart_line(request: OpenRequest) -> Result<(), Failure> {
    let terms = ChartTerms {
        name_en: request.new_name_en,
        name_zh: request.new_name_zh,
        floor_minor: floor_minor("new_floor", &request.new_floor)?,
        posting_mode: request.new_posting_mode,
    };
    let line = NewChartLine {
        code: request.new_code.trim().to_owned(),
        terms,
        normal_side: request.normal_side,
        owner_kind: request.owner_kind,
        postable: request.kind != "heading",
        in_transit: request.kind == "in_transit",
    };
    propose(ChartChange::Open(line)).await
}

#[cfg(feature = "ssr")]
fn floor_minor(field: &str, text: &str) -> Result<Option<i64>, Failure> {
    use domain::money::{Currency, Money};
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (below, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let floor = Money::parse(digits, Currency::Cny)
        .and_then(|floor| if below { floor.checked_neg() } else { Ok(floor) })
        .map_err(|error| Failure::invalid(field, error))?;
    Ok(Some(floor.minor()))
}

#[cfg(feature = "ssr")]
async fn propose(change: ChartChange) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let approval = backoffice::accounts::propose_chart_change(&office, &actor, &change).await?;
    crate::session::go_to(&crate::routes::approval(approval));
    Ok(())
}

/// Checks of the books.
#[server(prefix = "/api/fn", endpoint = "accounts/checks", input = Json)]
pub async fn checks(page: PageRequest) -> Result<Page<BooksCheckSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::accounts::checks(&office, &actor, page).await?)
}

/// One check of the books.
#[server(prefix = "/api/fn", endpoint = "accounts/check", input = Json)]
pub async fn check_of(id: BooksCheckId) -> Result<BooksCheckDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::accounts::check(&office, &actor, id).await?)
}
