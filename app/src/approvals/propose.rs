//! Reads what the forms for rules, levels and lent rights send.

use super::api::{AuthorityRequest, RuleRequest};
use crate::failure::Failure;
use crate::i18n::t;
use crate::text;
use domain::access::Role;
use domain::approval::{
    ApprovalKind, Authority, Conditions, HOURS_DEFAULT, Level, Risk, Rule, RuleBook, Step,
};
use domain::date::BusinessDate;
use domain::ids::StaffId;
use domain::money::{Currency, Money};

/// The rules with the one of the form in its place.
pub(super) fn with_rule(mut book: RuleBook, request: &RuleRequest) -> Result<RuleBook, Failure> {
    let rule = read(request)?;
    match book.rules.iter_mut().find(|other| other.name == rule.name) {
        Some(other) => *other = rule,
        None => book.rules.push(rule),
    }
    Ok(book)
}

/// The book with another level for a person.
pub(super) fn with_authority(
    mut book: RuleBook,
    staff: StaffId,
    request: &AuthorityRequest,
) -> Result<RuleBook, Failure> {
    let level = level("level", request.level.trim())?;
    let until = match request.until.trim() {
        "" => None,
        text => Some(day("until", text)?),
    };
    book.authorities.retain(|one| one.staff != staff);
    book.authorities.push(Authority { staff, level, until });
    Ok(book)
}

pub(super) fn day(field: &str, text: &str) -> Result<BusinessDate, Failure> {
    text.trim().parse().map_err(|error| Failure::invalid(field, error))
}

fn level(field: &str, text: &str) -> Result<Level, Failure> {
    text.parse().map_err(|error| Failure::invalid(field, error))
}

fn read(request: &RuleRequest) -> Result<Rule, Failure> {
    let kinds = ApprovalKind::named(request.kind.trim()).into_iter().collect();
    let risk = Risk::ALL.into_iter().find(|risk| risk.name() == request.risk.trim());
    let when = Conditions {
        kinds,
        sources: words(&request.sources),
        amount_over: amount("amount_over", &request.amount_over)?,
        maker_day_over: amount("maker_day_over", &request.maker_day_over)?,
        merchant_day_over: amount("merchant_day_over", &request.merchant_day_over)?,
        payee_day_over: amount("payee_day_over", &request.payee_day_over)?,
        risk_from: risk,
        first_to_payee: request.first == "yes",
    };
    let hours = match request.hours.trim() {
        "" => HOURS_DEFAULT,
        hours => {
            hours.parse().map_err(|_| Failure::invalid("hours", t(text::APPROVALS_HOURS_HINT)))?
        }
    };
    let steps = words(&request.steps).iter().map(|words| step(words)).collect::<Result<_, _>>()?;
    Ok(Rule { name: request.name.trim().to_owned(), when, steps, hours })
}

/// `L3 manager 2fa`: the level, then a role and the second factor, where they are asked for.
fn step(text: &str) -> Result<Step, Failure> {
    let mut words = text.split_whitespace();
    let mut step =
        Step { level: level("steps", words.next().unwrap_or_default())?, ..Step::default() };
    for word in words {
        match word {
            "2fa" => step.second_factor = true,
            role => {
                let role: Role = role.parse().map_err(|error| Failure::invalid("steps", error))?;
                step.role = Some(role);
            }
        }
    }
    Ok(step)
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split([',', '，', '、']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn amount(field: &str, text: &str) -> Result<Option<Money>, Failure> {
    match text.trim() {
        "" => Ok(None),
        text => Money::parse(text, Currency::Cny)
            .map(Some)
            .map_err(|error| Failure::invalid(field, error)),
    }
}
