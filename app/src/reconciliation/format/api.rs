//! Server functions of the formats set up by staff.

use crate::failure::Failure;
use domain::file_format::FormatVersion;
#[cfg(feature = "ssr")]
use domain::file_format::{
    AmountUnit, BillField, DaySource, FeeSign, FormatSpec, Layout, Mapping, TextEncoding,
    TotalsLine,
};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A version of a format, as the form sends it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FormatRequest {
    /// Its code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// The channel whose bills it reads.
    pub channel: String,
    /// How rows are laid out.
    pub layout: String,
    /// How the bytes are text.
    pub encoding: String,
    /// Lines to skip.
    pub skip: String,
    /// Whether a line names the columns.
    pub header: String,
    /// What amounts are counted in.
    pub unit: String,
    /// What the sign of a fee means.
    pub fee_sign: String,
    /// The currency.
    pub currency: String,
    /// How times are written.
    pub time_pattern: String,
    /// How dates are written.
    pub day_pattern: String,
    /// Where the clearing date stands.
    pub day_source: String,
    /// Where each value stands, by the field's name.
    pub places: BTreeMap<String, String>,
    /// Words, by what they mean.
    pub words: BTreeMap<String, String>,
    /// What the line of totals begins with.
    pub totals_begins: String,
    /// Where the count stands in it.
    pub totals_count: String,
    /// Where the sum of amounts stands in it.
    pub totals_gross: String,
    /// Where the sum of fees stands in it.
    pub totals_fee: String,
}

#[cfg(feature = "ssr")]
impl FormatRequest {
    /// How files are read by it.
    ///
    /// # Errors
    /// A choice that was not made.
    fn spec(&self) -> Result<FormatSpec, Failure> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let chosen = |field: &str| Failure::invalid(field, "choose one");
        let words = |what: &str| -> Vec<String> {
            let held = self.words.get(what).map(String::as_str).unwrap_or_default();
            held.split_whitespace().map(str::to_owned).collect()
        };
        let column = |field: &BillField| {
            let place = some(self.places.get(field.name())?)?;
            Some(Mapping { field: *field, place })
        };
        let totals = some(&self.totals_begins).map(|begins| TotalsLine {
            begins,
            count: some(&self.totals_count),
            gross: some(&self.totals_gross),
            fee: some(&self.totals_fee),
        });
        Ok(FormatSpec {
            layout: Layout::named(&self.layout).ok_or_else(|| chosen("layout"))?,
            encoding: TextEncoding::named(&self.encoding).ok_or_else(|| chosen("encoding"))?,
            skip: self.skip.trim().parse().unwrap_or(0),
            header: self.header == "yes",
            columns: BillField::ALL.iter().filter_map(column).collect(),
            unit: AmountUnit::named(&self.unit).ok_or_else(|| chosen("unit"))?,
            fee_sign: FeeSign::named(&self.fee_sign).ok_or_else(|| chosen("fee_sign"))?,
            currency: self.currency.parse().map_err(|_| chosen("currency"))?,
            time_pattern: self.time_pattern.trim().to_owned(),
            day_pattern: self.day_pattern.trim().to_owned(),
            day_source: DaySource::named(&self.day_source).ok_or_else(|| chosen("day_source"))?,
            payment_words: words("payment"),
            refund_words: words("refund"),
            success_words: words("success"),
            processing_words: words("processing"),
            failure_words: words("failure"),
            totals,
        })
    }
}

/// All versions of the formats set up by staff.
#[server(prefix = "/api/fn", endpoint = "reconciliation/formats", input = Json)]
pub async fn list_formats() -> Result<Vec<FormatVersion>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reconciliation::list_formats(&office, &actor).await?)
}

/// Proposes a version of a format, and leads to the request for approval.
#[server(prefix = "/api/fn", endpoint = "reconciliation/propose_format")]
pub async fn propose_format(request: FormatRequest) -> Result<(), Failure> {
    use backoffice::reconciliation::{NewFormat, check_may_set_up, propose_format};
    let (office, actor) = crate::session::office_and_actor()?;
    check_may_set_up(&actor)?;
    let spec = request.spec()?;
    let new = NewFormat { code: request.code, name: request.name, channel: request.channel, spec };
    let approval = propose_format(&office, &actor, new).await?;
    crate::session::go_to(&crate::routes::approval(approval));
    Ok(())
}
