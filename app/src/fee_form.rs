//! Fee schedules as people fill them in and read them: what merchants pay and what channels charge
//! look alike.

use crate::components::{Amount, Choice, DateField, MoneyField, NoteField, SelectField, TextField};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::text;
use crate::wording::{card_name, product_name};
use domain::date::BusinessDate;
use domain::fee::{FeeSchedule, FeeTerms, Measure, Tier};
use domain::money::{Currency, Money};
use domain::product::{CardType, Product};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A fee schedule, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FeeRequest {
    /// Whose: a merchant's id or a channel's code.
    pub id: String,
    /// For which product.
    pub product: Product,
    /// For which kind of card; empty for all.
    #[serde(default)]
    pub card: String,
    /// Percent, `0.38`.
    pub rate: String,
    /// Fixed part in major units.
    pub fixed: String,
    /// Lowest fee in major units.
    pub min: String,
    /// Highest fee in major units; empty when there is none.
    #[serde(default)]
    pub max: String,
    /// What decides the tier.
    #[serde(default)]
    pub measure: String,
    /// Further tiers, one in a line: from where, percent, fixed part.
    #[serde(default)]
    pub tiers: String,
    /// First day they count.
    pub valid_from: String,
}

impl FeeRequest {
    /// Reads the kind of card, the schedule and its first day.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn read(&self) -> Result<(Option<CardType>, FeeSchedule, BusinessDate), Failure> {
        let card = match self.card.as_str() {
            "" => None,
            name => Some(name.parse().map_err(|error| Failure::invalid("card", error))?),
        };
        let max = self.max.trim();
        let terms = FeeTerms {
            rate: rate("rate", &self.rate)?,
            fixed: money("fixed", &self.fixed)?,
            min: money("min", &self.min)?,
            max: if max.is_empty() { None } else { Some(money("max", max)?) },
        };
        let measure = Measure::named(&self.measure).unwrap_or_default();
        let mut tiers = vec![Tier { from: 0, terms }];
        for line in self.tiers.lines().map(str::trim).filter(|line| !line.is_empty()) {
            tiers.push(tier(line, measure, terms)?);
        }
        let schedule = FeeSchedule::tiered(measure, tiers);
        let schedule = schedule.map_err(|error| Failure::invalid("tiers", error))?;
        let day = self.valid_from.trim().parse();
        Ok((card, schedule, day.map_err(|error| Failure::invalid("valid_from", error))?))
    }
}

/// A line like `1000000.00 0.35 0.10`; floor and ceiling are those of the first tier.
fn tier(line: &str, measure: Measure, first: FeeTerms) -> Result<Tier, Failure> {
    let mut words = line.split_whitespace();
    let (from, percent, fixed) = (words.next(), words.next(), words.next());
    let (Some(from), Some(percent), None) = (from, percent, words.next()) else {
        return Err(Failure::invalid("tiers", t(text::SHELL_FEE_TIERS_HINT)));
    };
    let from = match measure {
        Measure::Amount => money("tiers", from)?.minor(),
        Measure::Trades => from.parse().map_err(|error| Failure::invalid("tiers", error))?,
    };
    let fixed = fixed.map_or(Ok(first.fixed), |fixed| money("tiers", fixed))?;
    let terms = FeeTerms { rate: rate("tiers", percent)?, fixed, ..first };
    Ok(Tier { from, terms })
}

fn rate(field: &str, text: &str) -> Result<domain::fee::Rate, Failure> {
    let plain = text.trim().trim_end_matches('%').trim_end();
    plain.parse().map_err(|error| Failure::invalid(field, error))
}

fn money(field: &str, text: &str) -> Result<Money, Failure> {
    Money::parse(text.trim(), Currency::Cny).map_err(|error| Failure::invalid(field, error))
}

/// The fields of a schedule, for a form whose request is a [`FeeRequest`].
#[component]
pub fn FeeFields(
    /// Whose.
    id: String,
) -> impl IntoView {
    let products =
        Product::ALL.map(|product| Choice::new(product.name(), product_name(product))).into();
    let cards = CardType::ALL.map(|card| Choice::new(card.name(), card_name(card))).into();
    let measures = vec![
        Choice::new(Measure::Amount.name(), t(text::SHELL_FEE_BY_AMOUNT)),
        Choice::new(Measure::Trades.name(), t(text::SHELL_FEE_BY_TRADES)),
    ];
    view! {
        <input type="hidden" name="request[id]" value=id />
        <SelectField name="request[product]" label=t(text::MERCHANTS_PRODUCT) choices=products />
        <SelectField
            name="request[card]"
            label=t(text::SHELL_CARD)
            choices=cards
            none=t(text::SHELL_CARD_ANY)
        />
        <TextField
            name="request[rate]"
            label=t(text::MERCHANTS_RATE)
            hint=t(text::MERCHANTS_RATE_HINT)
        />
        <MoneyField name="request[fixed]" label=t(text::MERCHANTS_FIXED) value="0.00" />
        <MoneyField name="request[min]" label=t(text::MERCHANTS_MIN) value="0.00" />
        <TextField
            name="request[max]"
            label=t(text::MERCHANTS_MAX)
            optional=true
            hint=t(text::MERCHANTS_MAX_HINT)
        />
        <SelectField name="request[measure]" label=t(text::SHELL_FEE_MEASURE) choices=measures />
        <NoteField
            name="request[tiers]"
            label=t(text::SHELL_FEE_TIERS)
            hint=t(text::SHELL_FEE_TIERS_HINT)
        />
        <DateField name="request[valid_from]" label=t(text::MERCHANTS_VALID_FROM) />
    }
}

/// The rows of a table of schedules: product, card, first day, then a row for each tier.
pub fn fee_rows(
    (product, card): (Product, Option<CardType>),
    valid_from: BusinessDate,
    schedule: &FeeSchedule,
) -> impl IntoView + use<> {
    let measure = schedule.measure();
    let rows = schedule.tiers().into_iter().map(|Tier { from, terms }| {
        let max = terms.max.map(|money| view! { <Amount money /> });
        view! {
            <tr>
                <td>{product_name(product)}</td>
                <td>{card.map_or(t(text::SHELL_CARD_ANY), card_name)}</td>
                <td>{valid_from.to_string()}</td>
                <td>{(from > 0).then(|| tier_from(measure, from))}</td>
                <td class="number">{terms.rate.to_string()}</td>
                <td class="number"><Amount money=terms.fixed /></td>
                <td class="number"><Amount money=terms.min /></td>
                <td class="number">{max}</td>
            </tr>
        }
    });
    rows.collect_view()
}

fn tier_from(measure: Measure, from: i64) -> String {
    match measure {
        Measure::Amount => {
            tf(text::SHELL_FEE_FROM_AMOUNT, [("amount", &Money::cny(from).to_string())])
        }
        Measure::Trades => tf(text::SHELL_FEE_FROM_TRADES, [("count", &from.to_string())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(tiers: &str) -> FeeRequest {
        FeeRequest {
            id: "x".to_owned(),
            product: Product::QuickPay,
            card: "credit".to_owned(),
            rate: "0.38%".to_owned(),
            fixed: "0".to_owned(),
            min: "0.10".to_owned(),
            max: String::new(),
            measure: "amount".to_owned(),
            tiers: tiers.to_owned(),
            valid_from: "2026-04-01".to_owned(),
        }
    }

    #[test]
    fn tiers_are_read_line_by_line() {
        let (card, schedule, _) =
            request("1000000 0.35\n\n5000000.00 0.30 0.05 \n").read().unwrap();
        assert_eq!(card, Some(CardType::Credit));
        let text = schedule.to_string();
        assert!(text.contains("from 1,000,000.00 CNY a month 0.35%"), "{text}");
        assert!(text.contains("from 5,000,000.00 CNY a month 0.3% + 0.05 CNY"), "{text}");
    }

    #[test]
    fn crooked_tiers_are_refused_at_their_field() {
        for tiers in ["abc", "100", "100 0.3 0.1 9", "-1 0.3", "0 0.3", "200 0.3\n100 0.2"] {
            let refused = request(tiers).read().unwrap_err();
            let Failure::Invalid { field, .. } = refused else { panic!("{refused:?}") };
            assert_eq!(field.as_deref(), Some("tiers"), "{tiers}");
        }
    }
}
