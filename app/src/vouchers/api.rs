//! Server functions of vouchers.

use crate::api::Named;
use crate::failure::Failure;
use domain::date::{BusinessDate, Month};
use domain::fee::Rate;
use domain::ids::VoucherId;
use domain::page::{Page, PageRequest};
use domain::voucher::{ErpComparison, VoucherAccount, VoucherDay, VoucherDetail, VoucherSummary};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The days that have vouchers.
#[server(prefix = "/api/fn", endpoint = "vouchers/days", input = Json)]
pub async fn days(page: PageRequest) -> Result<Page<VoucherDay>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::vouchers::days(&office, &actor, page).await?)
}

/// How far the vouchers of a day are, and the vouchers.
#[server(prefix = "/api/fn", endpoint = "vouchers/day", input = Json)]
pub async fn find_day(day: BusinessDate) -> Result<(VoucherDay, Vec<VoucherSummary>), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let head = backoffice::vouchers::day(&office, &actor, day).await?;
    let head = head.ok_or(backoffice::vouchers::VoucherError::NotDrafted(day))?;
    Ok((head, backoffice::vouchers::list(&office, &actor, day).await?))
}

/// One voucher.
#[server(prefix = "/api/fn", endpoint = "vouchers/find", input = Json)]
pub async fn find(id: VoucherId) -> Result<Named<VoucherDetail>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::vouchers::find(&office, &actor, id).await?;
    let accounts = what.lines.iter().map(|line| &line.account);
    let owners = crate::api::owners(&office, &actor, accounts).await?;
    Ok(Named { what, owners })
}

/// Which account of the general ledger stands for each of ours.
#[server(prefix = "/api/fn", endpoint = "vouchers/accounts", input = Json)]
pub async fn accounts() -> Result<Vec<VoucherAccount>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::vouchers::accounts(&office, &actor).await?)
}

/// The tax rates in fees, each from its day on, and the months the general ledger has closed.
pub type TaxAndMonths = (Vec<(BusinessDate, Rate)>, Vec<Month>);

/// What vouchers split off fees, and which months are closed.
#[server(prefix = "/api/fn", endpoint = "vouchers/rules", input = Json)]
pub async fn rules() -> Result<TaxAndMonths, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let rates = backoffice::vouchers::vat_rates(&office, &actor).await?;
    Ok((rates, backoffice::vouchers::closed_periods(&office, &actor).await?))
}

/// Our trial balance of a month, this one if none is named, beside that of the general ledger.
#[server(prefix = "/api/fn", endpoint = "vouchers/compare", input = Json)]
pub async fn compare(period: Option<Month>) -> Result<ErpComparison, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let period = period.unwrap_or_else(|| Month::of(office.today()));
    Ok(backoffice::vouchers::compare(&office, &actor, period).await?)
}

/// The day whose vouchers are meant, as a form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DayRequest {
    /// The accounting day.
    #[serde(default)]
    pub day: String,
}

impl DayRequest {
    #[cfg(feature = "ssr")]
    fn day(&self) -> Result<BusinessDate, Failure> {
        self.day.parse().map_err(|error| Failure::invalid("day", error))
    }
}

/// Writes the vouchers of a closed day from the books, and leads to them.
#[server(prefix = "/api/fn", endpoint = "vouchers/draft")]
pub async fn draft(request: DayRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let day = request.day()?;
    backoffice::vouchers::draft(&office, &actor, day).await?;
    crate::session::go_to(&crate::routes::voucher_day(day));
    Ok(())
}

/// Checks that the vouchers of a day balance and are what the books say.
#[server(prefix = "/api/fn", endpoint = "vouchers/balance")]
pub async fn balance(request: DayRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    backoffice::vouchers::balance(&office, &actor, request.day()?).await?;
    Ok(())
}

/// The export, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExportRequest {
    /// The accounting day.
    pub day: BusinessDate,
    /// The name of the layout.
    #[serde(default)]
    pub layout: String,
    /// `yes` when the person ticked that the vouchers are final.
    #[serde(default)]
    pub confirmed: String,
}

/// Writes the file of a day's vouchers, once.
#[server(prefix = "/api/fn", endpoint = "vouchers/export")]
pub async fn export(request: ExportRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that the vouchers are final"));
    }
    let layout = domain::voucher::VoucherLayout::named(&request.layout)
        .ok_or_else(|| Failure::invalid("layout", "choose one of the layouts"))?;
    backoffice::vouchers::export(&office, &actor, request.day, layout).await?;
    Ok(())
}

/// The general ledger has taken everything that was exported of a day.
#[server(prefix = "/api/fn", endpoint = "vouchers/acknowledge_day")]
pub async fn acknowledge_day(request: DayRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    backoffice::vouchers::acknowledge_day(&office, &actor, request.day()?).await?;
    Ok(())
}

/// The general ledger's answer to a voucher, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerRequest {
    /// The voucher.
    pub id: VoucherId,
    /// The number it got there.
    #[serde(default)]
    pub erp_number: String,
    /// The refused line.
    #[serde(default)]
    pub line: String,
    /// Why it was refused.
    #[serde(default)]
    pub reason: String,
}

/// The general ledger has taken a voucher.
#[server(prefix = "/api/fn", endpoint = "vouchers/acknowledge")]
pub async fn acknowledge(request: AnswerRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let AnswerRequest { id, erp_number, .. } = request;
    backoffice::vouchers::acknowledge(&office, &actor, id, &erp_number).await?;
    Ok(())
}

/// The general ledger has refused a voucher.
#[server(prefix = "/api/fn", endpoint = "vouchers/reject")]
pub async fn reject(request: AnswerRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let line = match request.line.trim() {
        "" => 0,
        text => text.parse().map_err(|_| Failure::invalid("line", "write the line's number"))?,
    };
    let lines = [(line, request.reason)];
    backoffice::vouchers::reject(&office, &actor, request.id, &lines).await?;
    Ok(())
}

/// A red voucher, as the form asks for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReverseRequest {
    /// The voucher.
    pub id: VoucherId,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Proposes to cancel a voucher by a red one.
#[server(prefix = "/api/fn", endpoint = "vouchers/propose_reverse")]
pub async fn propose_reverse(request: ReverseRequest) -> Result<(), Failure> {
    let ReverseRequest { id: voucher, reason } = request;
    propose(domain::voucher::VoucherChange::Reverse { voucher, reason }).await
}

/// Another mapping, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MappingRequest {
    /// Our chart code.
    #[serde(default)]
    pub code: String,
    /// The code in the general ledger.
    #[serde(default)]
    pub u8_code: String,
    /// What is kept apart there.
    #[serde(default)]
    pub dimension: String,
    /// Department of every line.
    #[serde(default)]
    pub department: String,
    /// Project of every line.
    #[serde(default)]
    pub project: String,
}

/// Proposes another mapping of an account.
#[server(prefix = "/api/fn", endpoint = "vouchers/propose_mapping")]
pub async fn propose_mapping(request: MappingRequest) -> Result<(), Failure> {
    use domain::voucher::{Dimension, Mapping, VoucherChange};
    let dimension = Dimension::named(&request.dimension)
        .ok_or_else(|| Failure::invalid("dimension", "choose what is kept apart"))?;
    let trimmed = |text: &str| text.trim().to_owned();
    let mapping = Mapping {
        code: trimmed(&request.code),
        u8_code: trimmed(&request.u8_code),
        dimension,
        department: trimmed(&request.department),
        project: trimmed(&request.project),
    };
    propose(VoucherChange::Mapping(mapping)).await
}

/// Another tax rate, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VatRequest {
    /// The first day.
    #[serde(default)]
    pub valid_from: String,
    /// The rate, like `6%`.
    #[serde(default)]
    pub rate: String,
}

/// Proposes another rate of the tax contained in fees.
#[server(prefix = "/api/fn", endpoint = "vouchers/propose_vat")]
pub async fn propose_vat(request: VatRequest) -> Result<(), Failure> {
    let valid_from =
        request.valid_from.parse().map_err(|error| Failure::invalid("valid_from", error))?;
    let rate = request.rate.trim().trim_end_matches(['%', '％']);
    let rate = rate.parse().map_err(|error| Failure::invalid("rate", error))?;
    propose(domain::voucher::VoucherChange::Vat { valid_from, rate }).await
}

/// A month to be closed or reopened, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PeriodRequest {
    /// The month, like `2026-03`.
    #[serde(default)]
    pub period: String,
    /// `true` to reopen it.
    #[serde(default)]
    pub reopen: bool,
}

/// Proposes to close or to reopen a month.
#[server(prefix = "/api/fn", endpoint = "vouchers/propose_period")]
pub async fn propose_period(request: PeriodRequest) -> Result<(), Failure> {
    use domain::voucher::VoucherChange;
    let period = request.period.parse().map_err(|error| Failure::invalid("period", error))?;
    propose(if request.reopen {
        VoucherChange::ReopenPeriod { period }
    } else {
        VoucherChange::ClosePeriod { period }
    })
    .await
}

/// Proposes a change, and leads to the request.
#[cfg(feature = "ssr")]
async fn propose(change: domain::voucher::VoucherChange) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let approval = backoffice::vouchers::propose_change(&office, &actor, change).await?;
    crate::session::go_to(&crate::routes::approval(approval));
    Ok(())
}
