//! Server functions of opening an error item by hand.

use crate::failure::Failure;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What somebody saw, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenRequest {
    /// What it consists in.
    pub cause: String,
    /// `in` or `out`.
    #[serde(default)]
    pub direction: String,
    /// At which channel.
    #[serde(default)]
    pub channel: String,
    /// Under which clearing date.
    #[serde(default)]
    pub day: String,
    /// The number of the record.
    #[serde(default)]
    pub number: String,
    /// What we say.
    #[serde(default)]
    pub ours: String,
    /// What they say.
    #[serde(default)]
    pub theirs: String,
    /// Number of an order, payment, refund or payout it belongs to.
    #[serde(default)]
    pub related: String,
    /// What was seen, and where.
    #[serde(default)]
    pub note: String,
}

/// Opens an item, and leads to it.
#[server(prefix = "/api/fn", endpoint = "error_items/open")]
pub async fn open(request: OpenRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let related = request.related.clone();
    let seen = seen(request)?;
    let wanted = (&seen, related.as_str());
    let id = backoffice::error_items::open_by_hand(&office, &actor, wanted).await?;
    crate::session::go_to(&crate::routes::error_item(id));
    Ok(())
}

#[cfg(feature = "ssr")]
fn seen(request: OpenRequest) -> Result<domain::error_item::HandOpening, Failure> {
    use domain::error_item::{Cause, HandOpening};
    use domain::matching::Direction;
    use domain::money::{Currency, Money};
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let money = |field: &'static str, text: &str| {
        let read = some(text).map(|text| Money::parse(&text, Currency::Cny)).transpose();
        read.map_err(|error| Failure::invalid(field, error.to_string()))
    };
    let day = |_| Failure::invalid("day", "a date must be written like 2026-03-31");
    Ok(HandOpening {
        cause: Cause::named(&request.cause)
            .ok_or_else(|| Failure::invalid("cause", "choose a cause"))?,
        direction: Direction::named(&request.direction)
            .ok_or_else(|| Failure::invalid("direction", "choose which way the money goes"))?,
        channel: some(&request.channel),
        clearing_date: request.day.trim().parse().map_err(day)?,
        number: request.number,
        ours: money("ours", &request.ours)?,
        theirs: money("theirs", &request.theirs)?,
        note: request.note,
    })
}
