use super::api;
use super::list::account;
use crate::components::{
    CommandForm, Fact, Facts, Loaded, Moment, PageHead, Panel, Submit, TextField, load,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::session::{self, role_name};
use crate::{routes, text};
use domain::access::{Permission, Role};
use domain::ids::StaffId;
use domain::staff::StaffDetail;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One person, and the form to propose other roles for them.
#[component]
pub fn StaffPage() -> impl IntoView {
    let params = use_params_map();
    let person = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=person show=show /> }
}

fn show(person: StaffDetail) -> impl IntoView {
    let roles: Vec<_> = person.roles.iter().map(|role| role_name(*role)).collect();
    let other = session::actor().is_some_and(|me| me.staff != person.id);
    let proposes = other && session::may(Permission::MakeStaffRoles);
    let propose = proposes.then(|| view! { <ProposeRoles person=person.clone() /> });
    let reset = (proposes && person.second_factor.is_some())
        .then(|| view! { <ProposeReset id=person.id /> });
    let factor = match person.second_factor {
        Some(at) => view! { <Moment at /> }.into_any(),
        None => t(text::STAFF_SECOND_FACTOR_NONE).into_any(),
    };
    view! {
        <PageHead title=person.name.clone()>
            <a class="link" href=routes::audit_of(&person.id.to_string())>
                {t(text::STAFF_HISTORY)}
            </a>
        </PageHead>
        <Panel title=t(text::STAFF_PERSON)>
            <Facts>
                <Fact term=t(text::STAFF_LOGIN)><code>{person.login.clone()}</code></Fact>
                <Fact term=t(text::STAFF_ROLES)>{roles.join(", ")}</Fact>
                <Fact term=t(text::STAFF_ACCOUNT)>{account(person.active)}</Fact>
                <Fact term=t(text::STAFF_LAST_SEEN)>
                    {person.last_seen_at.map(|at| view! { <Moment at /> })}
                </Fact>
                <Fact term=t(text::STAFF_SECOND_FACTOR)>{factor}</Fact>
            </Facts>
        </Panel>
        {propose}
        {reset}
    }
}

#[component]
fn ProposeReset(id: StaffId) -> impl IntoView {
    let action = ServerAction::<api::ProposeReset>::new();
    view! {
        <Panel title=t(text::STAFF_RESET)>
            <CommandForm action>
                <p class="field-hint">{t(text::STAFF_RESET_HINT)}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <TextField name="request[reason]" label=t(text::STAFF_RESET_REASON) />
                <Submit>{t(text::STAFF_PROPOSE_RESET)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn ProposeRoles(person: StaffDetail) -> impl IntoView {
    let action = ServerAction::<api::ProposeRoles>::new();
    let ticks = Role::ALL.map(|role| {
        let has = person.roles.contains(&role);
        view! {
            <label class="confirmed">
                <input type="checkbox" name="request[roles][]" value=role.name() checked=has />
                <span>{role_name(role)}</span>
            </label>
        }
    });
    view! {
        <Panel title=t(text::STAFF_PROPOSE_ROLES)>
            <CommandForm action>
                <p class="field-hint">{t(text::STAFF_PROPOSE_HINT)}</p>
                <input type="hidden" name="request[id]" value=person.id.to_string() />
                <fieldset>
                    <legend class="sr-only">{t(text::STAFF_ROLES)}</legend>
                    {ticks}
                </fieldset>
                <Submit>{t(text::STAFF_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
