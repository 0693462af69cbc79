//! Server functions of vouchers.

use crate::api::Named;
use crate::failure::Failure;
use domain::date::BusinessDate;
use domain::ids::VoucherId;
use domain::page::{Page, PageRequest};
use domain::voucher::{VoucherAccount, VoucherDay, VoucherDetail, VoucherSummary};
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
    backoffice::vouchers::export(&office, &actor, request.day).await?;
    Ok(())
}
