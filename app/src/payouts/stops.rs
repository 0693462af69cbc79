use super::{Here, Views, api};
use crate::components::{
    Badge, Choice, Column, CommandForm, Confirmed, Loaded, Moment, PageHead, Panel, SelectField,
    Submit, Table, TextField, Tone, load,
};
use crate::i18n::{t, tf};
use crate::{session, text};
use domain::access::Permission;
use domain::payout::{PayoutStop, StopScope};
use leptos::prelude::*;

/// The stop switches: what is stopped, who lifts it, and the form to stop more.
#[component]
pub fn StopsPage() -> impl IntoView {
    let stops = load(|| (), |()| api::stops());
    view! {
        <PageHead title=t(text::PAYOUTS_STOPS) lead=t(text::PAYOUTS_STOPS_LEAD) />
        <Views here=Here::Stops />
        <Loaded from=stops show=show />
    }
}

fn show(stops: Vec<PayoutStop>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYOUTS_STOP)),
        Column::text(t(text::PAYOUTS_STATE)),
        Column::text(t(text::PAYOUTS_REASON)),
        Column::text(t(text::PAYOUTS_PULLED_BY)),
        Column::number(t(text::PAYOUTS_HELD)),
        Column::text(t(text::PAYOUTS_LIFTING)),
    ];
    let empty = stops.is_empty();
    let rows = stops.into_iter().map(row).collect_view();
    let pulls = if session::may(Permission::StopPayouts) {
        view! { <Pull /> }.into_any()
    } else {
        view! { <p class="field-hint">{t(text::PAYOUTS_STOP_CANNOT)}</p> }.into_any()
    };
    view! {
        <Panel title=t(text::PAYOUTS_STOPS)>
            <Table
                caption=t(text::PAYOUTS_STOPS)
                columns
                empty
                nothing=t(text::PAYOUTS_NO_STOPS)
            >
                {rows}
            </Table>
        </Panel>
        {pulls}
    }
}

fn scope_name(name: &str) -> &'static str {
    t(match name {
        "all" => text::PAYOUTS_STOP_ALL,
        "bank" => text::PAYOUTS_STOP_BANK,
        "merchant" => text::PAYOUTS_STOP_MERCHANT,
        _ => text::PAYOUTS_STOP_PAYEE,
    })
}

fn row(stop: PayoutStop) -> impl IntoView {
    let what = format!("{} {}", scope_name(stop.scope.name()), stop.scope.subject());
    let lifted = stop.lifted_at.is_some();
    let (tone, word) = match lifted {
        true => (Tone::Neutral, text::PAYOUTS_LIFTED),
        false => (Tone::Bad, text::PAYOUTS_STOPPED),
    };
    let lifting = lifting(&stop);
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td><Badge tone>{t(word)}</Badge></td>
            <td class="wrap">{stop.reason}</td>
            <td>{stop.pulled_by_name} " " <Moment at=stop.pulled_at /></td>
            <td class="number">{stop.held}</td>
            <td class="wrap">{lifting}</td>
        </tr>
    }
}

/// Who agreed to lift it, and the form for whoever may.
fn lifting(stop: &PayoutStop) -> impl IntoView + use<> {
    let names = [stop.first_lift_name.clone(), stop.second_lift_name.clone()];
    let said = names.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let said = (!said.is_empty()).then(|| tf(text::PAYOUTS_LIFTED_BY, [("names", &said)]));
    let at = stop.lifted_at.map(|at| view! { <Moment at /> });
    let id = stop.id;
    let form = stop.lifted_at.is_none().then(|| {
        if session::may(Permission::LiftPayoutStop) {
            let action = ServerAction::<api::LiftStop>::new();
            view! {
                <CommandForm action>
                    <input type="hidden" name="request[id]" value=id.to_string() />
                    <Confirmed name="request[confirmed]" label=t(text::PAYOUTS_LIFT_CONFIRM) />
                    <Submit>{t(text::PAYOUTS_LIFT)}</Submit>
                </CommandForm>
            }
            .into_any()
        } else {
            view! { <p class="field-hint">{t(text::PAYOUTS_LIFT_CANNOT)}</p> }.into_any()
        }
    });
    view! { {said} " " {at} {form} }
}

#[component]
fn Pull() -> impl IntoView {
    let action = ServerAction::<api::PullStop>::new();
    let scopes = StopScope::NAMES.map(|name| Choice::new(name, scope_name(name))).to_vec();
    view! {
        <Panel title=t(text::PAYOUTS_PULL)>
            <CommandForm action>
                <p class="field-hint">{t(text::PAYOUTS_PULL_HINT)}</p>
                <SelectField name="request[scope]" label=t(text::PAYOUTS_STOP) choices=scopes />
                <TextField
                    name="request[subject]"
                    label=t(text::PAYOUTS_STOP_SUBJECT)
                    hint=t(text::PAYOUTS_STOP_SUBJECT_HINT)
                    optional=true
                />
                <TextField name="request[reason]" label=t(text::PAYOUTS_REASON) />
                <Submit grave=true>{t(text::PAYOUTS_PULL)}</Submit>
            </CommandForm>
        </Panel>
    }
}
