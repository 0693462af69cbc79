use super::api::{self, RuleRequest};
use super::choose_name;
use crate::components::{Choice, CommandForm, Panel, SelectField, Submit, TextField};
use crate::failure::Failure;
use crate::i18n::t;
use crate::text;
use crate::wording::{card_name, product_name};
use domain::date::{BusinessDate, BusinessZone};
use domain::money::{Currency, Money};
use domain::product::{CardType, Product};
use domain::routing::{Choose, Conditions, Hours, Rule, RuleBook, RuleChange, Target};
use leptos::prelude::*;
use time::macros::format_description;
use time::{OffsetDateTime, Time};

/// The form that proposes a rule, filled with the one that is to be changed.
#[component]
pub(super) fn ProposeRule(
    /// The rule to be changed; none for a new one.
    rule: Option<Rule>,
) -> impl IntoView {
    let action = ServerAction::<api::ProposeRule>::new();
    let products = Product::ALL.map(|one| Choice::new(one.name(), product_name(one))).into();
    let cards = CardType::ALL.map(|one| Choice::new(one.name(), card_name(one))).into();
    let ways = Choose::ALL.iter().map(|one| Choice::new(one.name(), choose_name(*one))).collect();
    let any = t(text::ROUTING_ANY);
    let line = |name: &'static str, label: &'static str, (value, hint): (String, &'static str)| {
        view! { <TextField name=name label=label value=value hint=hint optional=true /> }
    };
    let (list, hour) = (t(text::ROUTING_LIST_HINT), t(text::ROUTING_HOUR_HINT));
    let place = (String::new(), t(text::ROUTING_PLACE_HINT));
    let now = rule.as_ref().map(written).unwrap_or_default();
    view! {
        <Panel title=t(text::ROUTING_PROPOSE)>
            <CommandForm action>
                <p class="field-hint">{t(text::ROUTING_PROPOSE_HINT)}</p>
                <TextField
                    name="request[name]"
                    label=t(text::ROUTING_NAME)
                    value=now.name
                    hint=t(text::ROUTING_NAME_HINT)
                />
                {line("request[place]", t(text::ROUTING_PLACE), place)}
                <SelectField
                    name="request[product]"
                    label=t(text::ROUTING_PRODUCT)
                    choices=products
                    value=now.product
                    none=any
                />
                {line("request[methods]", t(text::ROUTING_METHODS), (now.methods, list))}
                {line("request[min]", t(text::ROUTING_MIN), (now.min, ""))}
                {line("request[max]", t(text::ROUTING_MAX), (now.max, ""))}
                <SelectField
                    name="request[card]"
                    label=t(text::SHELL_CARD)
                    choices=cards
                    value=now.card
                    none=any
                />
                {line("request[banks]", t(text::ROUTING_BANKS), (now.banks, list))}
                {line("request[merchants]", t(text::ROUTING_MERCHANTS), (now.merchants, list))}
                {line("request[from]", t(text::ROUTING_FROM), (now.from, hour))}
                {line("request[to]", t(text::ROUTING_TO), (now.to, hour))}
                <TextField
                    name="request[channels]"
                    label=t(text::ROUTING_CHANNELS)
                    value=now.channels
                    hint=t(text::ROUTING_CHANNELS_HINT)
                />
                <SelectField
                    name="request[choose]"
                    label=t(text::ROUTING_CHOOSE)
                    choices=ways
                    value=now.choose
                />
                <Submit>{t(text::ROUTING_PROPOSE_SUBMIT)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// A rule as the form holds it. A form names one product: of several, the first.
fn written(rule: &Rule) -> RuleRequest {
    let when = &rule.when;
    let amount = |limit: Option<Money>| limit.map(Money::plain).unwrap_or_default();
    let hour = |at: Option<Time>| {
        at.map(|at| format!("{:02}:{:02}", at.hour(), at.minute())).unwrap_or_default()
    };
    let channels = rule.to.iter().map(|to| format!("{} {}", to.channel, to.weight));
    RuleRequest {
        name: rule.name.clone(),
        place: String::new(),
        product: when.products.first().map(|one| one.name().to_owned()).unwrap_or_default(),
        methods: when.methods.join(", "),
        min: amount(when.min),
        max: amount(when.max),
        card: when.card.map(|one| one.name().to_owned()).unwrap_or_default(),
        banks: when.banks.join(", "),
        merchants: when.merchants.join(", "),
        from: hour(when.hours.map(|hours| hours.from)),
        to: hour(when.hours.map(|hours| hours.to)),
        channels: channels.collect::<Vec<_>>().join(", "),
        choose: rule.choose.name().to_owned(),
    }
}

/// The change that a form asks for. A place is one in front of the rule that stands there.
pub(super) fn change(book: &RuleBook, request: &RuleRequest) -> Result<RuleChange, Failure> {
    let rule = read(request)?;
    let place = match request.place.trim() {
        "" => None,
        place => {
            let place: usize = place.parse().map_err(|error| Failure::invalid("place", error))?;
            Some(place.max(1))
        }
    };
    let here = book.rules.iter().position(|other| other.name == rule.name).map(|at| at + 1);
    let mut others = book.rules.iter().filter(|other| other.name != rule.name);
    let in_front_of = match place {
        // It stands there already.
        Some(place) if Some(place) == here => None,
        Some(place) => others.nth(place - 1).map(|other| other.name.clone()),
        None => None,
    };
    Ok(RuleChange { name: rule.name.clone(), after: Some(rule), in_front_of })
}

fn read(request: &RuleRequest) -> Result<Rule, Failure> {
    let products = match request.product.trim() {
        "" => Vec::new(),
        name => vec![name.parse().map_err(|error| Failure::invalid("product", error))?],
    };
    let card = match request.card.trim() {
        "" => None,
        name => Some(name.parse().map_err(|error| Failure::invalid("card", error))?),
    };
    let hours = match (request.from.trim(), request.to.trim()) {
        ("", "") => None,
        (from, to) => Some(Hours { from: hour("from", from)?, to: hour("to", to)? }),
    };
    let when = Conditions {
        products,
        methods: words(&request.methods),
        min: amount("min", &request.min)?,
        max: amount("max", &request.max)?,
        card,
        banks: words(&request.banks),
        merchants: words(&request.merchants),
        hours,
    };
    let choose = Choose::named(request.choose.trim()).unwrap_or_default();
    let name = request.name.trim().to_owned();
    if name.is_empty() {
        return Err(Failure::invalid("name", "name the rule"));
    }
    Ok(Rule { name, when, to: targets(&request.channels)?, choose })
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split([',', '，', '、']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// `unionpay 70, wechat 30`; a channel without a weight weighs 1.
fn targets(text: &str) -> Result<Vec<Target>, Failure> {
    let wrong = || Failure::invalid("channels", t(text::ROUTING_CHANNELS_HINT));
    words(text)
        .iter()
        .map(|part| {
            let mut words = part.split_whitespace();
            let (channel, weight) = (words.next().ok_or_else(wrong)?, words.next());
            let weight = weight.unwrap_or("1").parse().map_err(|_| wrong())?;
            if words.next().is_some() {
                return Err(wrong());
            }
            Ok(Target { channel: channel.to_owned(), weight })
        })
        .collect()
}

fn amount(field: &str, text: &str) -> Result<Option<Money>, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let money = Money::parse(text, Currency::Cny);
    money.map(Some).map_err(|error| Failure::invalid(field, error))
}

fn hour(field: &str, text: &str) -> Result<Time, Failure> {
    let read = Time::parse(text.trim(), format_description!("[hour]:[minute]"));
    read.map_err(|_| Failure::invalid(field, t(text::ROUTING_HOUR_HINT)))
}

/// A day and a time of the business zone.
pub(super) fn moment(zone: BusinessZone, text: &str) -> Result<OffsetDateTime, Failure> {
    let wrong = || Failure::invalid("at", t(text::ROUTING_AT_HINT));
    let (day, time) = text.trim().split_once([' ', 'T']).ok_or_else(wrong)?;
    let day: BusinessDate = day.parse().map_err(|_| wrong())?;
    let time = hour("at", time).map_err(|_| wrong())?;
    Ok(day.0.with_time(time).assume_offset(zone.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: &str) -> RuleRequest {
        RuleRequest {
            name: name.to_owned(),
            channels: "unionpay 70, wechat 30".to_owned(),
            ..RuleRequest::default()
        }
    }

    fn book(names: &[&str]) -> RuleBook {
        let rules = names.iter().map(|name| read(&request(name)).unwrap()).collect();
        RuleBook { version: 1, rules }
    }

    #[test]
    fn a_rule_is_added_last_replaced_in_place_or_put_where_asked() {
        let book = book(&["a", "b"]);
        let order = |request: &RuleRequest| {
            let change = change(&book, request).unwrap();
            book.changed(&change).into_iter().map(|rule| rule.name).collect::<Vec<_>>().join("")
        };
        let at = |name: &str, place: &str| RuleRequest { place: place.to_owned(), ..request(name) };
        assert_eq!(order(&request("c")), "abc");
        assert_eq!(order(&request("a")), "ab");
        assert_eq!(order(&at("c", "1")), "cab");
        assert_eq!(order(&at("b", "1")), "ba");
        assert_eq!(order(&at("b", "2")), "ab");
        assert_eq!(order(&at("c", "9")), "abc");
    }

    #[test]
    fn a_rule_is_written_into_the_form_as_it_was_read() {
        let full = RuleRequest {
            product: "quick_pay".to_owned(),
            banks: "ICBC, CCB".to_owned(),
            min: "100.00".to_owned(),
            card: "credit".to_owned(),
            from: "22:00".to_owned(),
            to: "06:00".to_owned(),
            choose: "cost".to_owned(),
            ..request("night")
        };
        let rule = read(&full).unwrap();
        assert_eq!(read(&written(&rule)).unwrap(), rule);
    }

    #[test]
    fn conditions_and_weights_are_read() {
        let full = RuleRequest {
            product: "quick_pay".to_owned(),
            banks: "ICBC，CCB".to_owned(),
            min: "100".to_owned(),
            from: "22:00".to_owned(),
            to: "06:00".to_owned(),
            ..request("night")
        };
        let rule = read(&full).unwrap();
        assert_eq!(rule.when.banks, ["ICBC", "CCB"]);
        assert_eq!(rule.when.min, Some(Money::cny(10_000)));
        assert!(rule.when.hours.unwrap().contain(time::macros::time!(23:00)));
        assert_eq!(rule.to[0], Target { channel: "unionpay".to_owned(), weight: 70 });
    }

    #[test]
    fn odd_fields_are_refused_by_name() {
        for (odd, field) in [
            (RuleRequest { min: "x".to_owned(), ..request("a") }, "min"),
            (RuleRequest { from: "25:00".to_owned(), ..request("a") }, "from"),
            (RuleRequest { channels: "a b c".to_owned(), ..request("a") }, "channels"),
            (RuleRequest { place: "-1".to_owned(), ..request("a") }, "place"),
        ] {
            let refused = change(&book(&[]), &odd).unwrap_err();
            let Failure::Invalid { field: blamed, .. } = refused else { panic!("{refused:?}") };
            assert_eq!(blamed.as_deref(), Some(field));
        }
    }
}
