use super::api;
use crate::components::{
    Choice, Column, CommandForm, DateField, Loaded, Moment, PageHead, Panel, SelectField, Submit,
    Table, TextField, load,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::approval::Delegation;
use leptos::prelude::*;

/// Rights lent for an absence, and the form to lend one's own.
#[component]
pub fn StandInsPage() -> impl IntoView {
    let found = load(|| (), |()| api::stand_ins());
    view! {
        <PageHead title=t(text::APPROVALS_STAND_INS) lead=t(text::APPROVALS_STAND_INS_LEAD)>
            <a class="link" href=routes::APPROVALS>{t(text::APPROVALS_TITLE)}</a>
        </PageHead>
        <Loaded from=found show=show />
    }
}

fn show((lent, colleagues): (Vec<Delegation>, Vec<(String, String)>)) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::APPROVALS_ABSENT)),
        Column::text(t(text::APPROVALS_STAND_IN)),
        Column::text(t(text::APPROVALS_FROM)),
        Column::text(t(text::APPROVALS_UNTIL)),
        Column::text(t(text::APPROVALS_REASON)),
        Column::text(t(text::APPROVALS_CHANGE)),
    ];
    let empty = lent.is_empty();
    let rows = lent.into_iter().map(row).collect_view();
    view! {
        <Panel title=t(text::APPROVALS_LENT)>
            <Table
                caption=t(text::APPROVALS_LENT)
                columns
                empty
                nothing=t(text::APPROVALS_NOTHING_LENT)
            >
                {rows}
            </Table>
        </Panel>
        <Lend colleagues />
    }
}

fn row(lent: Delegation) -> impl IntoView {
    let mine = session::actor().is_some_and(|me| me.staff == lent.absent);
    let revoke = mine.then(|| {
        let action = ServerAction::<api::Revoke>::new();
        view! {
            <CommandForm action>
                <input type="hidden" name="id" value=lent.id.to_string() />
                <Submit grave=true>{t(text::APPROVALS_REVOKE)}</Submit>
            </CommandForm>
        }
    });
    view! {
        <tr>
            <td>{lent.absent_name}</td>
            <td>{lent.stand_in_name}</td>
            <td><Moment at=lent.from /></td>
            <td><Moment at=lent.until /></td>
            <td class="wrap">{lent.reason}</td>
            <td>{revoke}</td>
        </tr>
    }
}

#[component]
fn Lend(colleagues: Vec<(String, String)>) -> impl IntoView {
    let action = ServerAction::<api::Lend>::new();
    let choices = colleagues.into_iter().map(|(login, name)| Choice::new(login, name)).collect();
    view! {
        <Panel title=t(text::APPROVALS_LEND)>
            <CommandForm action>
                <p class="field-hint">{t(text::APPROVALS_LEND_HINT)}</p>
                <SelectField name="request[stand_in]" label=t(text::APPROVALS_STAND_IN) choices />
                <DateField name="request[from]" label=t(text::APPROVALS_FROM) />
                <DateField name="request[until]" label=t(text::APPROVALS_UNTIL) />
                <TextField name="request[reason]" label=t(text::APPROVALS_REASON) />
                <Submit>{t(text::APPROVALS_LEND)}</Submit>
            </CommandForm>
        </Panel>
    }
}
