use super::account_name;
use super::api::{self, LimitRequest, StructuringRequest};
use crate::components::{Choice, CommandForm, DateField, Panel, SelectField, Submit, TextField};
use crate::failure::Failure;
use crate::i18n::t;
use crate::text;
use domain::date::BusinessDate;
use domain::limits::{AccountClass, AccountKind, LimitChange, LimitRow, Limits, StructuringRule};
use domain::money::{Currency, Money};
use leptos::prelude::*;
use std::str::FromStr;

/// The form that proposes other limits, filled with those of the class that is to be changed.
#[component]
pub(super) fn ProposeLimits(
    /// What counts today, of the class that is to be changed.
    row: Option<LimitRow>,
    /// The first day a change may begin.
    today: BusinessDate,
) -> impl IntoView {
    let action = ServerAction::<api::ProposeClass>::new();
    let accounts =
        AccountKind::ALL.iter().map(|one| Choice::new(one.name(), account_name(*one))).collect();
    let classes = AccountClass::ALL.iter().map(|one| Choice::new(one.name(), one.name())).collect();
    let limits = row.as_ref().map(|row| row.limits).unwrap_or_default();
    let account = row.as_ref().map_or(AccountKind::Bank, |row| row.account).name();
    let class = row.as_ref().map_or(AccountClass::I, |row| row.class).name();
    let line = |name: &'static str, label: &'static str, limit: Option<Money>| {
        let value = limit.map(Money::plain).unwrap_or_default();
        let hint = t(text::LIMITS_MONEY_HINT);
        view! { <TextField name=name label=label value=value hint=hint optional=true /> }
    };
    view! {
        <Panel title=t(text::LIMITS_PROPOSE)>
            <CommandForm action>
                <p class="field-hint">{t(text::LIMITS_PROPOSE_HINT)}</p>
                <SelectField
                    name="request[account]"
                    label=t(text::LIMITS_ACCOUNT)
                    choices=accounts
                    value=account
                />
                <SelectField
                    name="request[class]"
                    label=t(text::LIMITS_CLASS)
                    choices=classes
                    value=class
                />
                {line("request[per_payment]", t(text::LIMITS_PER_PAYMENT), limits.per_payment)}
                {line("request[per_day]", t(text::LIMITS_PER_DAY), limits.per_day)}
                {line("request[per_year]", t(text::LIMITS_PER_YEAR), limits.per_year)}
                {line("request[in_total]", t(text::LIMITS_IN_TOTAL), limits.in_total)}
                <DateField
                    name="request[valid_from]"
                    label=t(text::LIMITS_VALID_FROM)
                    value=today.to_string()
                />
                <TextField name="request[source]" label=t(text::LIMITS_SOURCE) />
                <Submit>{t(text::LIMITS_SUBMIT)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// The form that proposes when payments look cut.
#[component]
pub(super) fn ProposeStructuring(
    /// The rule in force.
    rule: StructuringRule,
) -> impl IntoView {
    let action = ServerAction::<api::ProposeStructuring>::new();
    let share = rule.share.to_string().trim_end_matches('%').to_owned();
    let watched = rule.watched.iter().map(|one| one.plain()).collect::<Vec<_>>().join("; ");
    let (payments, hours) = (rule.payments_min.to_string(), rule.window_hours.to_string());
    view! {
        <Panel title=t(text::LIMITS_PROPOSE_STRUCTURING)>
            <CommandForm action>
                <TextField
                    name="request[share]"
                    label=t(text::LIMITS_SHARE)
                    value=share
                />
                <TextField
                    name="request[payments_min]"
                    label=t(text::LIMITS_PAYMENTS_MIN)
                    value=payments
                />
                <TextField
                    name="request[window_hours]"
                    label=t(text::LIMITS_WINDOW_HOURS)
                    value=hours
                />
                <TextField
                    name="request[watched]"
                    label=t(text::LIMITS_WATCHED)
                    value=watched
                    hint=t(text::LIMITS_WATCHED_HINT)
                    optional=true
                />
                <Submit>{t(text::LIMITS_SUBMIT)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// The limits of the form.
pub(super) fn class(request: &LimitRequest) -> Result<LimitChange, Failure> {
    let unknown = |field: &str| Failure::invalid(field, t(text::LIMITS_PROPOSE_HINT));
    let limits = Limits {
        per_payment: limit("per_payment", &request.per_payment)?,
        per_day: limit("per_day", &request.per_day)?,
        per_year: limit("per_year", &request.per_year)?,
        in_total: limit("in_total", &request.in_total)?,
    };
    Ok(LimitChange::Class {
        row: LimitRow {
            account: AccountKind::named(&request.account).ok_or_else(|| unknown("account"))?,
            class: AccountClass::named(&request.class).ok_or_else(|| unknown("class"))?,
            valid_from: value("valid_from", &request.valid_from)?,
            limits,
            source: request.source.trim().to_owned(),
        },
    })
}

/// The rule of the form.
pub(super) fn structuring(request: &StructuringRequest) -> Result<LimitChange, Failure> {
    let watched = request.watched.split([';', '；']).map(str::trim).filter(|one| !one.is_empty());
    let watched = watched.map(|one| money("watched", one)).collect::<Result<_, _>>()?;
    Ok(LimitChange::Structuring {
        rule: StructuringRule {
            share: value("share", request.share.trim_end_matches('%'))?,
            payments_min: value("payments_min", &request.payments_min)?,
            window_hours: value("window_hours", &request.window_hours)?,
            watched,
        },
    })
}

fn value<T: FromStr>(field: &str, text: &str) -> Result<T, Failure>
where
    T::Err: ToString,
{
    text.trim().parse().map_err(|error: T::Err| Failure::invalid(field, error))
}

fn limit(field: &str, text: &str) -> Result<Option<Money>, Failure> {
    match text.trim() {
        "" => Ok(None),
        text => money(field, text).map(Some),
    }
}

fn money(field: &str, text: &str) -> Result<Money, Failure> {
    Money::parse(text, Currency::Cny).map_err(|error| Failure::invalid(field, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_is_not_limited_and_what_is_odd_is_refused_by_field() {
        let good = LimitRequest {
            account: "bank".to_owned(),
            class: "II".to_owned(),
            per_day: "10000".to_owned(),
            valid_from: "2026-04-01".to_owned(),
            source: " a notice ".to_owned(),
            ..LimitRequest::default()
        };
        let LimitChange::Class { row } = class(&good).unwrap() else { panic!("not of a class") };
        assert_eq!(row.limits.per_day, Some(Money::cny(1_000_000)));
        assert_eq!((row.limits.per_year, row.source.as_str()), (None, "a notice"));
        for (odd, field) in [
            (LimitRequest { class: "IV".to_owned(), ..good.clone() }, "class"),
            (LimitRequest { per_year: "much".to_owned(), ..good.clone() }, "per_year"),
            (LimitRequest { valid_from: "soon".to_owned(), ..good }, "valid_from"),
        ] {
            let Failure::Invalid { field: blamed, .. } = class(&odd).unwrap_err() else { panic!() };
            assert_eq!(blamed.as_deref(), Some(field));
        }
    }

    #[test]
    fn thresholds_are_read_one_by_one() {
        let request = StructuringRequest {
            share: "90%".to_owned(),
            payments_min: "3".to_owned(),
            window_hours: "24".to_owned(),
            watched: "50000; 10000.00；".to_owned(),
        };
        let LimitChange::Structuring { rule } = structuring(&request).unwrap() else { panic!() };
        assert_eq!(rule.watched, [Money::cny(5_000_000), Money::cny(1_000_000)]);
        assert_eq!(rule.share.ppm(), 900_000);
    }
}
