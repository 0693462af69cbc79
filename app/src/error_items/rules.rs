use super::bulk::api::{ProposeRules, rules};
use super::names::{action_name, cause_name, direction_name, level_name, queue_name};
use crate::components::{
    Choice, Column, CommandForm, Loaded, Moment, MoneyField, PageHead, Panel, SelectField, Submit,
    Table, TextField, load,
};
use crate::i18n::{Text, t, tf};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::error_item::{Action, ApprovalLevel, Cause, HandlingRules, Queue, RulesVersion, Scope};
use domain::money::{Currency, Money};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// How error items are handled: the rules in force, each change under approval.
#[component]
pub fn RulesPage() -> impl IntoView {
    let found = load(|| (), |()| rules());
    view! { <Loaded from=found show=show /> }
}

fn show((current, versions): (RulesVersion, Vec<RulesVersion>)) -> impl IntoView {
    let makes = session::may(Permission::MakeErrorResolution);
    let rules = current.rules;
    let number = current.version.to_string();
    let queues = queues(&rules, makes);
    let deadlines = deadlines(&rules, makes);
    let automatic = automatic(&rules, makes);
    let (preferred, after) = (preferred(&rules, makes), rules.coach_after.to_string());
    let (levels, days) = (rules.levels, rules.suspense_days.to_string());
    view! {
        <PageHead title=t(text::ERROR_ITEMS_RULES) lead=t(text::ERROR_ITEMS_RULES_LEAD)>
            <span>{tf(text::ERROR_ITEMS_VERSION, [("number", &number)])}</span>
        </PageHead>
        <Panel title=t(text::ERROR_ITEMS_RULES_QUEUES)>
            {queues} {makes.then(|| view! { <AddQueue /> })}
        </Panel>
        <Panel title=t(text::ERROR_ITEMS_RULES_DEADLINES)>
            {deadlines} {makes.then(|| view! { <AddDeadline /> })}
        </Panel>
        <Panel title=t(text::ERROR_ITEMS_RULES_AUTOMATIC)>
            <p class="field-hint">{t(text::ERROR_ITEMS_RULES_AUTOMATIC_HINT)}</p>
            {automatic} {makes.then(|| view! { <AddAutomatic /> })}
        </Panel>
        <Panel title=t(text::ERROR_ITEMS_RULES_LEVELS)>
            <p>{level_name(ApprovalLevel::L1)} " < " {major(levels.l1_below_minor)}</p>
            <p>{level_name(ApprovalLevel::L2)} " < " {major(levels.l2_below_minor)}</p>
            <p>{level_name(ApprovalLevel::L3)} " ≥ " {major(levels.l2_below_minor)}</p>
            <p>{level_name(ApprovalLevel::L4)}</p>
            {makes.then(|| view! { <SetLevels /> })}
        </Panel>
        <Panel title=t(text::ERROR_ITEMS_RULES_SUSPENSE)>
            <p>{tf(text::ERROR_ITEMS_DAYS, [("count", &days)])}</p>
            {makes.then(|| view! { <SetSuspense /> })}
        </Panel>
        <Panel title=t(text::ERROR_ITEMS_RULES_PREFERRED)>
            <p class="field-hint">{t(text::ERROR_ITEMS_RULES_PREFERRED_HINT)}</p>
            {preferred}
            <p>{tf(text::ERROR_ITEMS_COACH_AFTER, [("count", &after)])}</p>
            <p><a class="link" href=routes::ERROR_ITEM_COACH>{t(text::ERROR_ITEMS_COACH)}</a></p>
            {makes.then(|| view! { <SetCoach /> })}
        </Panel>
        {history(versions)}
    }
}

fn major(minor: i64) -> String {
    Money::new(minor, Currency::Cny).grouped()
}

/// What a rule is for, in words.
fn scope(scope: &Scope) -> String {
    let cause = scope.cause.map_or(t(text::ERROR_ITEMS_ANY), cause_name);
    let channel = scope.channel.as_deref().unwrap_or(t(text::ERROR_ITEMS_ANY));
    format!("{cause} · {channel} · ≥ {}", major(scope.from_minor))
}

fn table(title: Text, rows: Vec<(String, String, AnyView)>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ERROR_ITEMS_RULE_FOR)),
        Column::text(t(title)),
        Column::text(t(text::ERROR_ITEMS_REMOVE)),
    ];
    let empty = rows.is_empty();
    let rows = rows.into_iter().map(|(of, does, remove)| {
        view! { <tr><td class="wrap">{of}</td><td>{does}</td><td>{remove}</td></tr> }
    });
    let rows = rows.collect_view();
    view! {
        <Table caption=t(title) columns empty=empty nothing=t(text::ERROR_ITEMS_RULES_NONE)>
            {rows}
        </Table>
    }
}

fn queues(rules: &HandlingRules, makes: bool) -> impl IntoView + use<> {
    let rows = rules.queues.iter().enumerate().map(|(at, rule)| {
        let owner = rule.owner.as_deref().map(|owner| format!(" · {owner}"));
        let does = format!("{}{}", queue_name(rule.queue), owner.unwrap_or_default());
        (scope(&rule.scope), does, remove("remove_queue", at, makes))
    });
    table(text::ERROR_ITEMS_QUEUE, rows.collect())
}

fn deadlines(rules: &HandlingRules, makes: bool) -> impl IntoView + use<> {
    let rows = rules.deadlines.iter().enumerate().map(|(at, rule)| {
        let hours = tf(text::ERROR_ITEMS_HOURS, [("count", &rule.hours.to_string())]);
        (scope(&rule.scope), hours, remove("remove_deadline", at, makes))
    });
    table(text::ERROR_ITEMS_DUE, rows.collect())
}

fn automatic(rules: &HandlingRules, makes: bool) -> impl IntoView + use<> {
    let rows = rules.automatic.iter().enumerate().map(|(at, rule)| {
        let channel = rule.channel.as_deref().unwrap_or(t(text::ERROR_ITEMS_ANY));
        let way = rule.direction.map_or(t(text::ERROR_ITEMS_ANY), direction_name);
        let side = match rule.long {
            Some(true) => t(text::ERROR_ITEMS_MORE),
            Some(false) => t(text::ERROR_ITEMS_LESS),
            None => t(text::ERROR_ITEMS_ANY),
        };
        let (cause, below) = (cause_name(rule.cause), major(rule.below_minor));
        let of = format!("{cause} · {channel} · {way} · {side} · < {below}");
        (of, action_name(rule.action).to_owned(), remove("remove_automatic", at, makes))
    });
    table(text::ERROR_ITEMS_ACTION, rows.collect())
}

fn preferred(rules: &HandlingRules, makes: bool) -> impl IntoView + use<> {
    let rows = rules.preferred.iter().enumerate().map(|(at, rule)| {
        let of = super::coach::pattern_name(&rule.pattern);
        (of, action_name(rule.action).to_owned(), remove("remove_preferred", at, makes))
    });
    table(text::ERROR_ITEMS_RULES_PREFERRED, rows.collect())
}

fn remove(what: &'static str, at: usize, makes: bool) -> AnyView {
    if makes { view! { <Remove what at /> }.into_any() } else { ().into_any() }
}

#[component]
fn Remove(what: &'static str, at: usize) -> impl IntoView {
    let action = ServerAction::<ProposeRules>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="request[what]" value=what />
            <input type="hidden" name="request[at]" value=at.to_string() />
            <Submit grave=true>{t(text::ERROR_ITEMS_REMOVE_PROPOSE)}</Submit>
        </CommandForm>
    }
}

fn causes() -> Vec<Choice> {
    Cause::ALL.iter().map(|cause| Choice::new(cause.name(), cause_name(*cause))).collect()
}

/// The fields that say what a rule is for.
fn scope_fields() -> impl IntoView {
    view! {
        <SelectField
            name="request[cause]"
            label=t(text::ERROR_ITEMS_CAUSE)
            choices=causes()
            none=t(text::ERROR_ITEMS_ANY)
        />
        <TextField name="request[channel]" label=t(text::ERROR_ITEMS_CHANNEL) optional=true />
        <MoneyField name="request[amount]" label=t(text::ERROR_ITEMS_FROM_AMOUNT) value="0.00" />
    }
}

#[component]
fn AddQueue() -> impl IntoView {
    let action = ServerAction::<ProposeRules>::new();
    let queue = |queue: &Queue| Choice::new(queue.name(), queue_name(*queue));
    let queues: Vec<_> = Queue::ALL.iter().map(queue).collect();
    view! {
        <CommandForm action>
            <input type="hidden" name="request[what]" value="queue" />
            {scope_fields()}
            <SelectField
                name="request[queue]"
                label=t(text::ERROR_ITEMS_QUEUE)
                choices=queues
            />
            <TextField
                name="request[owner]"
                label=t(text::ERROR_ITEMS_HAND_ON_LOGIN)
                optional=true
            />
            <Submit>{t(text::ERROR_ITEMS_RULE_PROPOSE)}</Submit>
        </CommandForm>
    }
}

#[component]
fn AddDeadline() -> impl IntoView {
    let action = ServerAction::<ProposeRules>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="request[what]" value="deadline" />
            {scope_fields()}
            <TextField name="request[time]" label=t(text::ERROR_ITEMS_HOURS_LABEL) />
            <Submit>{t(text::ERROR_ITEMS_RULE_PROPOSE)}</Submit>
        </CommandForm>
    }
}

#[component]
fn AddAutomatic() -> impl IntoView {
    let action = ServerAction::<ProposeRules>::new();
    let actions = Action::ALL.iter().filter(|action| action.may_be_automatic());
    let actions: Vec<_> =
        actions.map(|action| Choice::new(action.name(), action_name(*action))).collect();
    view! {
        <CommandForm action>
            <input type="hidden" name="request[what]" value="automatic" />
            <SelectField
                name="request[cause]"
                label=t(text::ERROR_ITEMS_CAUSE)
                choices=causes()
            />
            <TextField name="request[channel]" label=t(text::ERROR_ITEMS_CHANNEL) optional=true />
            <MoneyField name="request[amount]" label=t(text::ERROR_ITEMS_BELOW_AMOUNT) />
            <SelectField
                name="request[action]"
                label=t(text::ERROR_ITEMS_ACTION)
                choices=actions
            />
            <Submit>{t(text::ERROR_ITEMS_RULE_PROPOSE)}</Submit>
        </CommandForm>
    }
}

#[component]
fn SetLevels() -> impl IntoView {
    let action = ServerAction::<ProposeRules>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="request[what]" value="levels" />
            <MoneyField name="request[amount]" label=t(text::ERROR_ITEMS_L1_BELOW) />
            <MoneyField name="request[amount_two]" label=t(text::ERROR_ITEMS_L2_BELOW) />
            <Submit>{t(text::ERROR_ITEMS_RULE_PROPOSE)}</Submit>
        </CommandForm>
    }
}

#[component]
fn SetSuspense() -> impl IntoView {
    let action = ServerAction::<ProposeRules>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="request[what]" value="suspense" />
            <TextField name="request[time]" label=t(text::ERROR_ITEMS_DAYS_LABEL) />
            <Submit>{t(text::ERROR_ITEMS_RULE_PROPOSE)}</Submit>
        </CommandForm>
    }
}

#[component]
fn SetCoach() -> impl IntoView {
    let action = ServerAction::<ProposeRules>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="request[what]" value="coach_after" />
            <TextField name="request[time]" label=t(text::ERROR_ITEMS_COACH_AFTER_LABEL) />
            <Submit>{t(text::ERROR_ITEMS_RULE_PROPOSE)}</Submit>
        </CommandForm>
    }
}

fn history(versions: Vec<RulesVersion>) -> impl IntoView {
    (!versions.is_empty()).then(|| {
        let columns = vec![
            Column::number(t(text::ERROR_ITEMS_NUMBER)),
            Column::text(t(text::ERROR_ITEMS_SINCE)),
            Column::text(t(text::ERROR_ITEMS_LINK_APPROVAL)),
        ];
        let rows = versions.into_iter().map(|version| {
            let approval = version.approval.map(|id| {
                let href = routes::approval(id);
                view! { <a class="link" href=href>{t(text::ERROR_ITEMS_LINK_APPROVAL)}</a> }
            });
            view! {
                <tr>
                    <td class="number">{version.version.to_string()}</td>
                    <td>{version.since.map(|at| view! { <Moment at /> })}</td>
                    <td>{approval}</td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <Panel title=t(text::ERROR_ITEMS_VERSIONS)>
                <Table caption=t(text::ERROR_ITEMS_VERSIONS) columns>{rows}</Table>
            </Panel>
        }
    })
}
