//! Server functions of the trading day.

use crate::failure::Failure;
use domain::approval::ApprovalSummary;
use domain::date::BusinessDate;
use domain::trading_day::DayOverview;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// What the header and the home page show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Today {
    /// The business date: the day the books have open.
    pub date: BusinessDate,
    /// Requests that wait for this person's decision.
    pub to_decide: i64,
}

/// What waits for the signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The latest requests this person may decide.
    pub approvals: Vec<ApprovalSummary>,
    /// How many there are in all.
    pub to_decide: i64,
    /// Error items this person looks at; `None` for who may not see them.
    pub my_items: Option<i64>,
    /// Error items that nobody has taken yet.
    pub open_items: Option<i64>,
}

/// The day as the form that cuts it sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CutRequest {
    /// The day that was shown.
    pub date: BusinessDate,
    /// `yes` when it was ticked.
    #[serde(default)]
    pub confirmed: String,
}

/// The order to move the clock of a demonstration.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClockRequest {
    /// `yes` when it was ticked.
    #[serde(default)]
    pub confirmed: String,
}

/// Which day it is, and how much waits for a decision.
#[server(prefix = "/api/fn", endpoint = "trading_day/today", input = Json)]
pub async fn find_today() -> Result<Today, Failure> {
    use backoffice::trading_day::{TradingDayError, open_day};
    use domain::approval::Inbox;
    use domain::page::PageRequest;
    let (office, actor) = crate::session::office_and_actor()?;
    let one = PageRequest { number: 1, size: 1 };
    let waiting = backoffice::approvals::list(&office, &actor, Inbox::ToDecide, one).await?;
    let date = match open_day(&office).await {
        Err(TradingDayError::NoOpenDay) => office.today(),
        day => day?,
    };
    Ok(Today { date, to_decide: waiting.total })
}

/// Where a day stands; the open one when none is named.
#[server(prefix = "/api/fn", endpoint = "trading_day/overview", input = Json)]
pub async fn overview(day: Option<BusinessDate>) -> Result<DayOverview, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::trading_day::overview(&office, &actor, day).await?)
}

/// What waits for the person who asks.
#[server(prefix = "/api/fn", endpoint = "trading_day/waiting", input = Json)]
pub async fn find_waiting() -> Result<Waiting, Failure> {
    use domain::access::Permission;
    use domain::approval::Inbox;
    use domain::error_item::{ErrorItemFilter, ErrorItemStatus};
    use domain::page::PageRequest;
    let (office, actor) = crate::session::office_and_actor()?;
    let few = PageRequest { number: 1, size: 5 };
    let inbox = backoffice::approvals::list(&office, &actor, Inbox::ToDecide, few).await?;
    let (mut my_items, mut open_items) = (None, None);
    if actor.may(Permission::ViewErrorItems) {
        let mine = ErrorItemFilter { mine: true, open_only: true, ..ErrorItemFilter::default() };
        let status = Some(ErrorItemStatus::New);
        let untaken = ErrorItemFilter { status, ..ErrorItemFilter::default() };
        my_items = Some(backoffice::error_items::count(&office, &actor, &mine).await?);
        open_items = Some(backoffice::error_items::count(&office, &actor, &untaken).await?);
    }
    Ok(Waiting { approvals: inbox.rows, to_decide: inbox.total, my_items, open_items })
}

/// Cuts the day that was shown, and leads to the next.
#[server(prefix = "/api/fn", endpoint = "trading_day/cut")]
pub async fn cut(request: CutRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that the day is to be closed for good"));
    }
    backoffice::trading_day::cut(&office, &actor, request.date).await?;
    crate::session::go_to(crate::routes::HOME);
    Ok(())
}

/// Moves the clock of a demonstration to the next morning.
#[server(prefix = "/api/fn", endpoint = "trading_day/move_clock")]
pub async fn move_clock(request: ClockRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that the clock is to be moved"));
    }
    backoffice::trading_day::move_clock_to_morning(&office, &actor).await?;
    Ok(())
}
