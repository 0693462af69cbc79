use super::steps::step_words;
use super::{api, kind_name};
use crate::components::{
    Choice, Column, CommandForm, DateField, Loaded, PageHead, Panel, SelectField, Submit, Table,
    TextField, load,
};
use crate::i18n::{t, tf};
use crate::{labels, routes, session, text};
use domain::access::Permission;
use domain::approval::{ApprovalKind, Authority, Conditions, Level, Risk, Rule, RuleBook};
use domain::ids::StaffId;
use leptos::prelude::*;

type Person = (StaffId, String, String);

/// The approval rules in force, who has which level, and the forms to propose others.
#[component]
pub fn RulesPage() -> impl IntoView {
    let found = load(|| (), |()| async { Ok((api::rules().await?, api::people().await?)) });
    view! {
        <PageHead title=t(text::APPROVALS_RULES) lead=t(text::APPROVALS_RULES_LEAD)>
            <a class="link" href=routes::APPROVALS>{t(text::APPROVALS_TITLE)}</a>
        </PageHead>
        <Loaded from=found show=show />
    }
}

fn show((book, people): (RuleBook, Vec<Person>)) -> impl IntoView {
    let proposes = session::may(Permission::MakeApprovalRules);
    let version = book.version.to_string();
    let title = tf(text::APPROVALS_RULES_IN_FORCE, [("version", &version)]);
    let levels = levels(book.authorities, &people);
    let forms =
        proposes.then(|| view! { <ProposeRule /> <ProposeAuthority people=people.clone() /> });
    let cannot = (!proposes).then(|| {
        view! { <p class="field-hint">{t(text::APPROVALS_RULES_CANNOT)}</p> }
    });
    view! {
        <Panel title=title>{rules(book.rules, proposes)} {cannot}</Panel>
        <Panel title=t(text::APPROVALS_LEVELS)>{levels}</Panel>
        {forms}
    }
}

fn rules(rules: Vec<Rule>, proposes: bool) -> impl IntoView {
    let mut columns = vec![
        Column::text(t(text::APPROVALS_RULE)),
        Column::text(t(text::APPROVALS_CONDITIONS)),
        Column::text(t(text::APPROVALS_CHAIN)),
        Column::number(t(text::APPROVALS_HOURS)),
    ];
    if proposes {
        columns.push(Column::text(t(text::APPROVALS_CHANGE)));
    }
    let empty = rules.is_empty();
    let rows = rules.into_iter().map(move |rule| {
        let steps: Vec<_> = rule.steps.iter().map(|step| step_words(*step)).collect();
        let removal = proposes.then(|| {
            let action = ServerAction::<api::ProposeRemoval>::new();
            let name = rule.name.clone();
            view! {
                <td>
                    <CommandForm action>
                        <input type="hidden" name="name" value=name />
                        <Submit grave=true>{t(text::APPROVALS_REMOVE)}</Submit>
                    </CommandForm>
                </td>
            }
        });
        view! {
            <tr>
                <th scope="row">{rule.name.clone()}</th>
                <td class="wrap">{conditions(&rule.when)}</td>
                <td class="wrap">{steps.join(" → ")}</td>
                <td class="number">{rule.hours}</td>
                {removal}
            </tr>
        }
    });
    view! {
        <Table
            caption=t(text::APPROVALS_RULES)
            columns
            empty
            nothing=t(text::APPROVALS_DEFAULT_RULE)
        >
            {rows.collect_view()}
        </Table>
    }
}

/// The conditions in words, one after the other.
fn conditions(when: &Conditions) -> String {
    let mut parts: Vec<String> = when.kinds.iter().map(|kind| kind_name(*kind).into()).collect();
    let source = |name: &String| labels::value("source", name).unwrap_or(name).to_owned();
    parts.extend(when.sources.iter().map(source));
    let limits = [
        (text::APPROVALS_AMOUNT_OVER, when.amount_over),
        (text::APPROVALS_MAKER_DAY_OVER, when.maker_day_over),
        (text::APPROVALS_MERCHANT_DAY_OVER, when.merchant_day_over),
        (text::APPROVALS_PAYEE_DAY_OVER, when.payee_day_over),
    ];
    for (words, limit) in limits {
        parts.extend(limit.map(|limit| format!("{} {limit}", t(words))));
    }
    parts.extend(
        when.risk_from.map(|risk| format!("{} {}", t(text::APPROVALS_RISK), risk_name(risk))),
    );
    if when.first_to_payee {
        parts.push(t(text::APPROVALS_FIRST).to_owned());
    }
    if parts.is_empty() { t(text::APPROVALS_ALWAYS).to_owned() } else { parts.join(", ") }
}

fn risk_name(risk: Risk) -> &'static str {
    t(match risk {
        Risk::Low => text::APPROVALS_RISK_LOW,
        Risk::Medium => text::APPROVALS_RISK_MEDIUM,
        Risk::High => text::APPROVALS_RISK_HIGH,
    })
}

fn levels(authorities: Vec<Authority>, people: &[Person]) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::APPROVALS_PERSON)),
        Column::text(t(text::APPROVALS_LEVEL)),
        Column::text(t(text::APPROVALS_UNTIL)),
    ];
    let empty = authorities.is_empty();
    let rows = authorities.into_iter().map(|one| {
        let name = people.iter().find(|(id, ..)| *id == one.staff).map(|(.., name)| name.clone());
        view! {
            <tr>
                <td>{name}</td>
                <td>{one.level.name()}</td>
                <td>{one.until.map(|until| until.to_string())}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table
            caption=t(text::APPROVALS_LEVELS)
            columns
            empty
            nothing=t(text::APPROVALS_LEVELS_NONE)
        >
            {rows}
        </Table>
    }
}

#[component]
fn ProposeRule() -> impl IntoView {
    let action = ServerAction::<api::ProposeRule>::new();
    let kinds = ApprovalKind::ALL.map(|kind| Choice::new(kind.name(), kind_name(kind))).to_vec();
    let risks = Risk::ALL.map(|risk| Choice::new(risk.name(), risk_name(risk))).to_vec();
    let any = t(text::APPROVALS_ALWAYS);
    let line = |name: &'static str, label: &'static str| {
        view! { <TextField name=name label=label optional=true /> }
    };
    view! {
        <Panel title=t(text::APPROVALS_PROPOSE_RULE)>
            <CommandForm action>
                <p class="field-hint">{t(text::APPROVALS_PROPOSE_HINT)}</p>
                <TextField name="request[name]" label=t(text::APPROVALS_RULE) />
                <SelectField
                    name="request[kind]"
                    label=t(text::APPROVALS_KIND)
                    choices=kinds
                    none=any
                />
                {line("request[sources]", t(text::APPROVALS_SOURCES))}
                {line("request[amount_over]", t(text::APPROVALS_AMOUNT_OVER))}
                {line("request[maker_day_over]", t(text::APPROVALS_MAKER_DAY_OVER))}
                {line("request[merchant_day_over]", t(text::APPROVALS_MERCHANT_DAY_OVER))}
                {line("request[payee_day_over]", t(text::APPROVALS_PAYEE_DAY_OVER))}
                <SelectField
                    name="request[risk]"
                    label=t(text::APPROVALS_RISK)
                    choices=risks
                    none=any
                />
                <label class="confirmed">
                    <input type="checkbox" name="request[first]" value="yes" />
                    <span>{t(text::APPROVALS_FIRST)}</span>
                </label>
                <TextField
                    name="request[steps]"
                    label=t(text::APPROVALS_CHAIN)
                    hint=t(text::APPROVALS_STEPS_HINT)
                />
                <TextField
                    name="request[hours]"
                    label=t(text::APPROVALS_HOURS)
                    hint=t(text::APPROVALS_HOURS_HINT)
                    optional=true
                />
                <Submit>{t(text::APPROVALS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn ProposeAuthority(people: Vec<Person>) -> impl IntoView {
    let action = ServerAction::<api::ProposeAuthority>::new();
    let people = people.into_iter().map(|(_, login, name)| Choice::new(login, name)).collect();
    let levels = Level::ALL.map(|level| Choice::new(level.name(), level.name())).to_vec();
    view! {
        <Panel title=t(text::APPROVALS_PROPOSE_LEVEL)>
            <CommandForm action>
                <SelectField
                    name="request[login]"
                    label=t(text::APPROVALS_PERSON)
                    choices=people
                />
                <SelectField
                    name="request[level]"
                    label=t(text::APPROVALS_LEVEL)
                    choices=levels
                />
                <DateField name="request[until]" label=t(text::APPROVALS_UNTIL) optional=true />
                <Submit>{t(text::APPROVALS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
