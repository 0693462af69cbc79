use super::api::{self, RulesInForce};
use super::choose_name;
use super::propose::ProposeRule;
use crate::components::{
    Column, CommandForm, Loaded, Moment, PageHead, Panel, Submit, Table, load, use_filter,
};
use crate::i18n::{t, tf};
use crate::requests::Requests;
use crate::wording::{card_name, product_name};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::routing::{Conditions, Rule, RuleVersion};
use leptos::prelude::*;

/// The rules in force, from the top, and the form to propose another.
#[component]
pub fn RuleList() -> impl IntoView {
    let filter = use_filter();
    let rules = load(|| (), |()| api::rules());
    view! {
        <PageHead title=t(text::ROUTING_TITLE) lead=t(text::ROUTING_LEAD)>
            <a class="link" href=routes::ROUTING_ASK>{t(text::ROUTING_ASK)}</a>
            <a class="link" href=routes::CHANNELS>{t(text::ROUTING_HEALTH)}</a>
        </PageHead>
        <Loaded from=rules show=move |rules| show(rules, filter().text("rule")) />
    }
}

fn show(rules: RulesInForce, wanted: Option<String>) -> impl IntoView {
    let RulesInForce { book, versions, changes } = rules;
    let rule = wanted.and_then(|name| book.rule(&name).cloned());
    let proposes = session::may(Permission::MakeRoutingChange);
    let mut columns = vec![
        Column::number(t(text::ROUTING_PLACE)),
        Column::text(t(text::ROUTING_NAME)),
        Column::text(t(text::ROUTING_WHEN)),
        Column::text(t(text::ROUTING_CHANNELS)),
        Column::text(t(text::ROUTING_CHOOSE)),
    ];
    if proposes {
        columns.push(Column::text(t(text::ROUTING_CHANGE)));
    }
    let version = book.version.to_string();
    let title = tf(text::ROUTING_IN_FORCE, [("version", &version)]);
    let empty = book.rules.is_empty();
    let rows = (1_usize..).zip(book.rules).map(|(place, rule)| row(place, rule, proposes));
    let rows = rows.collect_view();
    view! {
        <Panel title=title.clone()>
            <Table caption=title columns empty nothing=t(text::ROUTING_NO_RULES)>{rows}</Table>
        </Panel>
        <Panel title=t(text::ROUTING_WAITING)><Requests rows=changes /></Panel>
        {proposes.then(|| view! { <ProposeRule rule /> })}
        <Panel title=t(text::ROUTING_VERSIONS)>{history(versions)}</Panel>
    }
}

fn row(place: usize, rule: Rule, proposes: bool) -> impl IntoView {
    let channels = rule.to.iter().map(|to| format!("{} {}", to.channel, to.weight));
    let channels = channels.collect::<Vec<_>>().join(", ");
    let removal = proposes.then(|| {
        let action = ServerAction::<api::ProposeRemoval>::new();
        let name = rule.name.clone();
        view! {
            <td>
                <a class="link" href=routes::routing_rule(&rule.name)>{t(text::ROUTING_EDIT)}</a>
                <CommandForm action>
                    <input type="hidden" name="name" value=name />
                    <Submit grave=true>{t(text::ROUTING_REMOVE)}</Submit>
                </CommandForm>
            </td>
        }
    });
    view! {
        <tr>
            <td class="number">{place}</td>
            <th scope="row">{rule.name}</th>
            <td class="wrap">{conditions(&rule.when)}</td>
            <td><code>{channels}</code></td>
            <td>{choose_name(rule.choose)}</td>
            {removal}
        </tr>
    }
}

/// The conditions in words, one after the other.
fn conditions(when: &Conditions) -> String {
    let mut parts: Vec<String> =
        when.products.iter().map(|one| product_name(*one).into()).collect();
    for list in [&when.methods, &when.banks, &when.merchants] {
        if !list.is_empty() {
            parts.push(list.join("/"));
        }
    }
    if let Some(min) = when.min {
        parts.push(format!("≥ {min}"));
    }
    if let Some(max) = when.max {
        parts.push(format!("≤ {max}"));
    }
    parts.extend(when.card.map(|card| card_name(card).to_owned()));
    if let Some(hours) = when.hours {
        let hour = |at: time::Time| format!("{:02}:{:02}", at.hour(), at.minute());
        parts.push(format!("{}–{}", hour(hours.from), hour(hours.to)));
    }
    if parts.is_empty() { t(text::ROUTING_ALWAYS).to_owned() } else { parts.join(", ") }
}

fn history(versions: Vec<RuleVersion>) -> impl IntoView {
    let columns = vec![
        Column::number(t(text::ROUTING_VERSION)),
        Column::number(t(text::ROUTING_RULES)),
        Column::text(t(text::ROUTING_MADE_AT)),
        Column::text(t(text::ROUTING_APPROVAL)),
    ];
    let empty = versions.is_empty();
    let rows = versions.into_iter().map(|version| {
        let approval = version.approval.map(|id| {
            view! {
                <a class="link" href=routes::approval(id)>{t(text::ROUTING_APPROVAL)}</a>
            }
        });
        view! {
            <tr>
                <td class="number">{version.version}</td>
                <td class="number">{version.rules}</td>
                <td><Moment at=version.made_at /></td>
                <td>{approval}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption=t(text::ROUTING_VERSIONS) columns empty>{rows}</Table> }
}
