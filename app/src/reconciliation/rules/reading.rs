use crate::failure::Failure;
use domain::matching::rules::{Baseline, MatchingRules, RulesChange, RulesVersion, SettlementMode};
use domain::matching::{MatchKey, Terms};
use domain::money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// Rules of matching, as the form sends them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RulesRequest {
    /// The channel.
    pub channel: String,
    /// The first clearing date.
    pub valid_from: String,
    /// The last one; empty: until another change.
    pub valid_to: String,
    /// Names of the keys in order, with commas between them.
    pub keys: String,
    /// How far amounts may differ, in major units.
    pub amount: String,
    /// How far fees may differ, in major units.
    pub fee: String,
    /// How far apart in time a pair by amount and time may be, in seconds.
    pub time: String,
    /// Business days a record may wait.
    pub carry_days: String,
    /// Minutes around the cut.
    pub cut_window: String,
    /// Whose word counts.
    pub baseline: String,
    /// When merchants are settled.
    pub settlement: String,
}

impl RulesRequest {
    /// The fields as they stand for rules that hold.
    pub(super) fn of(version: &RulesVersion, valid_from: String) -> Self {
        let rules = &version.rules;
        let keys: Vec<&str> = rules.terms.keys.iter().map(|key| key.name()).collect();
        Self {
            channel: version.channel.clone(),
            valid_from,
            valid_to: String::new(),
            keys: keys.join(","),
            amount: Money::cny(rules.terms.amount_tolerance).plain(),
            fee: Money::cny(rules.terms.fee_tolerance).plain(),
            time: rules.terms.time_tolerance.to_string(),
            carry_days: rules.carry_days.to_string(),
            cut_window: rules.cut_window.to_string(),
            baseline: rules.baseline.name().to_owned(),
            settlement: rules.settlement.name().to_owned(),
        }
    }
}

/// The change the fields describe.
pub(in crate::reconciliation) fn read(request: &RulesRequest) -> Result<RulesChange, Failure> {
    let money = |field: &str, text: &str| {
        Money::parse(text.trim(), Currency::Cny)
            .map(Money::minor)
            .map_err(|error| Failure::invalid(field, error))
    };
    let unknown = |field: &str| Failure::invalid(field, "choose one of those that are offered");
    let keys = request.keys.split(',').map(|name| MatchKey::named(name.trim()));
    let keys: Option<Vec<MatchKey>> = keys.collect();
    let valid_to = match request.valid_to.trim() {
        "" => None,
        day => Some(day.parse().map_err(|error| Failure::invalid("valid_to", error))?),
    };
    let terms = Terms {
        keys: keys.ok_or_else(|| unknown("keys"))?,
        amount_tolerance: money("amount", &request.amount)?,
        fee_tolerance: money("fee", &request.fee)?,
        time_tolerance: whole("time", &request.time)?,
    };
    Ok(RulesChange {
        channel: request.channel.trim().to_owned(),
        valid_from: (request.valid_from.trim().parse())
            .map_err(|error| Failure::invalid("valid_from", error))?,
        valid_to,
        rules: MatchingRules {
            terms,
            carry_days: whole("carry_days", &request.carry_days)?,
            cut_window: whole("cut_window", &request.cut_window)?,
            baseline: Baseline::named(request.baseline.trim())
                .ok_or_else(|| unknown("baseline"))?,
            settlement: SettlementMode::named(request.settlement.trim())
                .ok_or_else(|| unknown("settlement"))?,
        },
    })
}

fn whole<N: std::str::FromStr>(field: &str, text: &str) -> Result<N, Failure> {
    let read = text.trim().parse();
    read.map_err(|_| Failure::invalid(field, "write a whole number, like 30"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_rules_read_back_as_the_rules() {
        let version = RulesVersion::built_in("unionpay");
        let change = read(&RulesRequest::of(&version, "2026-04-01".to_owned())).unwrap();
        assert_eq!(change.rules, version.rules);
        assert_eq!(change.channel, "unionpay");
    }

    #[test]
    fn odd_fields_are_refused_by_name() {
        let version = RulesVersion::built_in("unionpay");
        let fields = || RulesRequest::of(&version, "2026-04-01".to_owned());
        for (odd, field) in [
            (RulesRequest { keys: "luck".to_owned(), ..fields() }, "keys"),
            (RulesRequest { amount: "1e3".to_owned(), ..fields() }, "amount"),
            (RulesRequest { carry_days: "-1".to_owned(), ..fields() }, "carry_days"),
            (RulesRequest { valid_from: "soon".to_owned(), ..fields() }, "valid_from"),
            (RulesRequest { settlement: String::new(), ..fields() }, "settlement"),
        ] {
            let Err(Failure::Invalid { field: blamed, .. }) = read(&odd) else {
                panic!("{odd:?}");
            };
            assert_eq!(blamed.as_deref(), Some(field));
        }
    }
}
