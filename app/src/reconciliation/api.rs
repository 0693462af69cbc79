//! Server functions of reconciliation and its files.

use crate::api::Named;
use crate::failure::Failure;
use domain::arrival::{Arrival, ArrivalDetail, ArrivalFilter};
#[cfg(feature = "ssr")]
use domain::arrival::{ArrivalDecision, Given};
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::ids::{ArrivalId, FileId, MerchantId, ReconciliationId};
use domain::matching::rules::{RulesChange, RulesVersion};
use domain::page::{Page, PageRequest};
use domain::reconciliation::{DryRun, Home, RunDetail, RunFilter, RunSummary, Shown};
use domain::source_file::{FileCheck, FileDetail, FileFilter, FileKind, FileSummary};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whom a reconciliation or a file can be of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parties {
    /// Codes of the channels.
    pub channels: Vec<String>,
    /// Merchants with their names.
    pub merchants: Vec<(MerchantId, String)>,
    /// Numbers of our bank accounts; empty for who may not see them.
    pub accounts: Vec<String>,
    /// Codes of the formats set up by staff that are in effect.
    pub formats: Vec<String>,
}

/// A row of a file, with the page of rows it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    /// The file with that page of its rows.
    pub file: FileDetail,
    /// Which page.
    pub page: PageRequest,
    /// The row's line.
    pub line: i64,
}

/// What is to be reconciled, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunRequest {
    /// Which two sides.
    pub leg: Leg,
    /// The day, as it was typed.
    #[serde(default)]
    pub day: String,
    /// The channel; needed for its bill.
    #[serde(default)]
    pub channel: String,
    /// The merchant; needed for its own list.
    #[serde(default)]
    pub merchant: String,
    /// The bank account; needed for its statement.
    #[serde(default)]
    pub account: String,
}

/// Which file is to be fetched, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FetchRequest {
    /// A bill or a statement.
    pub kind: FileKind,
    /// The day, as it was typed.
    #[serde(default)]
    pub day: String,
    /// The channel; needed for its bill.
    #[serde(default)]
    pub channel: String,
    /// The bank account; needed for its statement.
    #[serde(default)]
    pub account: String,
}

/// The runs.
#[server(prefix = "/api/fn", endpoint = "reconciliation/list", input = Json)]
pub async fn list(
    filter: RunFilter,
    page: PageRequest,
) -> Result<Named<Page<RunSummary>>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::reconciliation::list_runs(&office, &actor, &filter, page).await?;
    let ids = what.rows.iter().filter_map(|run| run.scope.of.parse().ok()).collect();
    let owners = crate::api::merchants(&office, &actor, ids).await?;
    Ok(Named { what, owners })
}

/// One run, with a page of its differences.
#[server(prefix = "/api/fn", endpoint = "reconciliation/find", input = Json)]
pub async fn find(
    id: ReconciliationId,
    shown: Shown,
    page: PageRequest,
) -> Result<Named<RunDetail>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::reconciliation::find_run(&office, &actor, id, (shown, page)).await?;
    let ids = what.summary.scope.of.parse().into_iter().collect();
    let owners = crate::api::merchants(&office, &actor, ids).await?;
    Ok(Named { what, owners })
}

/// What is to be done to a run, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunChange {
    /// The run.
    pub id: ReconciliationId,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// `yes` once the person ticked it.
    #[serde(default)]
    pub confirmed: String,
}

/// Takes a run back, so that it can run again.
#[server(prefix = "/api/fn", endpoint = "reconciliation/roll_back")]
pub async fn roll_back(request: RunChange) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    confirmed(&request)?;
    let change = (request.id, request.reason.as_str());
    backoffice::reconciliation::roll_back(&office, &actor, change).await?;
    crate::session::go_to(&crate::routes::reconciliation(request.id));
    Ok(())
}

/// Proposes to close a run although something is open, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "reconciliation/propose_force")]
pub async fn propose_force(request: RunChange) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    confirmed(&request)?;
    let change = (request.id, request.reason.as_str());
    let id = backoffice::reconciliation::propose_force(&office, &actor, change).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

#[cfg(feature = "ssr")]
fn confirmed(request: &RunChange) -> Result<(), Failure> {
    if request.confirmed == "yes" {
        return Ok(());
    }
    Err(Failure::invalid("confirmed", "tick that you have looked at it"))
}

/// The matrix of day, channel and kind, and the lists beside it.
#[server(prefix = "/api/fn", endpoint = "reconciliation/home", input = Json)]
pub async fn find_home(last: Option<BusinessDate>, days: u16) -> Result<Named<Home>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::reconciliation::home(&office, &actor, (last, days)).await?;
    let ids = what.columns.iter().filter_map(|(_, of)| of.parse().ok()).collect();
    let owners = crate::api::merchants(&office, &actor, ids).await?;
    Ok(Named { what, owners })
}

/// The rules of matching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchingRulesInForce {
    /// What holds today, for each channel.
    pub now: Vec<RulesVersion>,
    /// All versions, by channel, newest first.
    pub versions: Vec<RulesVersion>,
}

/// The rules of matching: what holds today, and all versions.
#[server(prefix = "/api/fn", endpoint = "reconciliation/rules", input = Json)]
pub async fn rules() -> Result<MatchingRulesInForce, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let (now, versions) = backoffice::reconciliation::list_rules(&office, &actor).await?;
    Ok(MatchingRulesInForce { now, versions })
}

/// What other rules would do to past days. Nothing, while nothing is asked.
#[server(prefix = "/api/fn", endpoint = "reconciliation/try_rules", input = Json)]
pub async fn try_rules(change: Option<RulesChange>) -> Result<Option<DryRun>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reconciliation::try_out(&office, &actor, change.as_ref()).await?)
}

/// Proposes other rules, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "reconciliation/propose_rules")]
pub async fn propose_rules(request: super::rules::RulesRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let change = super::rules::read(&request)?;
    let id = backoffice::reconciliation::propose_rules(&office, &actor, &change).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

/// Whom a reconciliation or a file can be of.
#[server(prefix = "/api/fn", endpoint = "reconciliation/parties", input = Json)]
pub async fn find_parties() -> Result<Parties, Failure> {
    use domain::access::Permission;
    use domain::merchant::MerchantFilter;
    use domain::page::PAGE_SIZE_MAX;
    let (office, actor) = crate::session::office_and_actor()?;
    let channels = backoffice::channels::list(&office, &actor).await?;
    let (filter, most) =
        (MerchantFilter::default(), PageRequest { number: 1, size: PAGE_SIZE_MAX });
    let merchants = backoffice::merchants::list(&office, &actor, &filter, most).await?;
    let mut accounts = Vec::new();
    if actor.may(Permission::ViewReserve) {
        let ours = backoffice::reserve::list(&office, &actor).await?;
        accounts.extend(ours.into_iter().map(|account| account.account_no));
    }
    let named = |merchant: domain::merchant::MerchantSummary| {
        (merchant.id, format!("{} {}", merchant.code, merchant.name))
    };
    Ok(Parties {
        channels: channels.into_iter().map(|channel| channel.code).collect(),
        merchants: merchants.rows.into_iter().map(named).collect(),
        accounts,
        formats: backoffice::reconciliation::formats_in_effect(&office, &actor).await?,
    })
}

/// What is decided about a file that came in, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecisionRequest {
    /// The file.
    pub id: ArrivalId,
    /// `import`, `read_as` or `drop`.
    pub decision: String,
    /// The file it takes the place of.
    #[serde(default)]
    pub replaces: String,
    /// That the old file is meant to be replaced.
    #[serde(default)]
    pub confirmed: String,
    /// As what kind it is looked at again.
    #[serde(default)]
    pub kind: String,
    /// Of which channel.
    #[serde(default)]
    pub channel: String,
    /// Of which merchant.
    #[serde(default)]
    pub merchant: String,
    /// Which file of the archive.
    #[serde(default)]
    pub member: String,
    /// In which format set up by staff.
    #[serde(default)]
    pub format: String,
    /// For which day.
    #[serde(default)]
    pub day: String,
    /// That there were no trades that day.
    #[serde(default)]
    pub no_trades: String,
}

impl DecisionRequest {
    /// What it asks for.
    ///
    /// # Errors
    /// A field that is not understood, or a tick that is missing.
    #[cfg(feature = "ssr")]
    fn decision(self) -> Result<ArrivalDecision, Failure> {
        let some = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match self.decision.as_str() {
            "import" => {
                let replaces = some(self.replaces).map(|id| id.parse()).transpose();
                let replaces = replaces.map_err(|_| Failure::NotFound)?;
                if replaces.is_some() && self.confirmed != "yes" {
                    return Err(Failure::invalid(
                        "confirmed",
                        "tick that the file is to take the other one's place",
                    ));
                }
                Ok(ArrivalDecision::Import { replaces })
            }
            "read_as" => {
                let kind = FileKind::named(&self.kind)
                    .ok_or_else(|| Failure::invalid("kind", "choose the kind of file"))?;
                let day = some(self.day).map(|day| day.parse()).transpose();
                let merchant = some(self.merchant).map(|id| id.parse()).transpose();
                Ok(ArrivalDecision::ReadAs {
                    given: Given {
                        kind,
                        channel: some(self.channel),
                        merchant: merchant.map_err(|_| Failure::NotFound)?,
                        day: day.map_err(|_| Failure::invalid("day", "give the day"))?,
                        member: some(self.member),
                        format: some(self.format),
                        no_trades: self.no_trades == "yes",
                    },
                })
            }
            _ => Ok(ArrivalDecision::Drop),
        }
    }
}

/// The files that came in.
#[server(prefix = "/api/fn", endpoint = "reconciliation/list_arrivals", input = Json)]
pub async fn list_arrivals(
    filter: ArrivalFilter,
    page: PageRequest,
) -> Result<Page<Arrival>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reconciliation::arrivals::list(&office, &actor, &filter, page).await?)
}

/// A file that came in, with what was found in it.
#[server(prefix = "/api/fn", endpoint = "reconciliation/find_arrival", input = Json)]
pub async fn find_arrival(id: ArrivalId) -> Result<ArrivalDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reconciliation::arrivals::find(&office, &actor, id).await?)
}

/// Decides about a file that came in, and leads to the source file it became.
#[server(prefix = "/api/fn", endpoint = "reconciliation/decide_arrival")]
pub async fn decide_arrival(request: DecisionRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let id = request.id;
    let decision = request.decision()?;
    let file = backoffice::reconciliation::arrivals::decide(&office, &actor, id, decision).await?;
    if let Some(file) = file {
        crate::session::go_to(&crate::routes::file(file));
    }
    Ok(())
}

/// Reconciles, and leads to the run.
#[server(prefix = "/api/fn", endpoint = "reconciliation/run")]
pub async fn run(request: RunRequest) -> Result<(), Failure> {
    use domain::reconciliation::RunScope;
    let (office, actor) = crate::session::office_and_actor()?;
    let given = |field: &str, value: &str, missing: &str| match value.trim() {
        "" => Err(Failure::invalid(field, missing)),
        value => Ok(value.to_owned()),
    };
    let of = match request.leg {
        Leg::GatewayBank => given("channel", &request.channel, "choose the channel")?,
        Leg::BusinessGateway | Leg::LedgerPayments => String::new(),
        Leg::BusinessMerchant => given("merchant", &request.merchant, "choose the merchant")?,
        Leg::Funds | Leg::StatementLedger => {
            given("account", &request.account, "name the bank account")?
        }
    };
    let scope = RunScope { leg: request.leg, of, day: day(&request.day)? };
    let id = backoffice::reconciliation::run(&office, &actor, &scope).await?;
    crate::session::go_to(&crate::routes::reconciliation(id));
    Ok(())
}

#[cfg(feature = "ssr")]
fn day(typed: &str) -> Result<BusinessDate, Failure> {
    typed.trim().parse().map_err(|error| Failure::invalid("day", error))
}

/// The imported files.
#[server(prefix = "/api/fn", endpoint = "reconciliation/list_files", input = Json)]
pub async fn list_files(
    filter: FileFilter,
    page: PageRequest,
) -> Result<Named<Page<FileSummary>>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::reconciliation::list_files(&office, &actor, &filter, page).await?;
    let ids = what.rows.iter().filter_map(|file| file.merchant).collect();
    let owners = crate::api::merchants(&office, &actor, ids).await?;
    Ok(Named { what, owners })
}

/// One imported file, with a page of its rows.
#[server(prefix = "/api/fn", endpoint = "reconciliation/find_file", input = Json)]
pub async fn find_file(id: FileId, page: PageRequest) -> Result<Named<FileDetail>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::reconciliation::find_file(&office, &actor, id, page).await?;
    let ids = what.summary.merchant.into_iter().collect();
    let owners = crate::api::merchants(&office, &actor, ids).await?;
    Ok(Named { what, owners })
}

/// A row of a bill or statement, in its file.
#[server(prefix = "/api/fn", endpoint = "reconciliation/find_line", input = Json)]
pub async fn find_line(id: Uuid) -> Result<FileLine, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let found = backoffice::reconciliation::find_line(&office, &actor, id).await?;
    let (file, page, line) = found;
    Ok(FileLine { file, page, line })
}

/// What a file says about itself, and whether it holds: read once more from the stored bytes.
#[server(prefix = "/api/fn", endpoint = "reconciliation/check_file", input = Json)]
pub async fn check_file(id: FileId) -> Result<Vec<FileCheck>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reconciliation::checks(&office, &actor, id).await?)
}

/// Has a bill or statement fetched and reconciled in the background, and leads to the jobs.
#[server(prefix = "/api/fn", endpoint = "reconciliation/fetch")]
pub async fn fetch(request: FetchRequest) -> Result<(), Failure> {
    use backoffice::reconciliation::{request_bill, request_statement};
    let (office, actor) = crate::session::office_and_actor()?;
    let (channel, account) = (request.channel.trim(), request.account.trim());
    match request.kind {
        FileKind::Bill if channel.is_empty() => {
            return Err(Failure::invalid("channel", "choose the channel"));
        }
        FileKind::Statement if account.is_empty() => {
            return Err(Failure::invalid("account", "name the bank account"));
        }
        FileKind::Bill => request_bill(&office, &actor, channel, day(&request.day)?).await?,
        FileKind::Statement => {
            request_statement(&office, &actor, account, day(&request.day)?).await?
        }
        _ => {
            return Err(Failure::invalid("kind", "such files are not fetched: upload one"));
        }
    }
    crate::session::go_to(crate::routes::JOBS);
    Ok(())
}
