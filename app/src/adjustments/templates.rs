use super::{api, lines};
use crate::api::{Named, Owners};
use crate::components::{CommandForm, Fact, Facts, Loaded, Moment, PageHead, Panel, Submit, load};
use crate::i18n::{t, tf};
use crate::wording::named;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::adjustment::RecurringTemplate;
use domain::date::Month;
use leptos::prelude::*;

/// Templates of adjustments that come back every month.
#[component]
pub fn TemplateList() -> impl IntoView {
    let templates = load(|| (), |()| api::templates());
    let new = session::may(Permission::ProposeAdjustment).then(|| {
        view! { <a class="button" href=routes::ADJUSTMENT_NEW>{t(text::ADJUSTMENTS_NEW)}</a> }
    });
    view! {
        <PageHead
            title=t(text::ADJUSTMENTS_TEMPLATES)
            lead=t(text::ADJUSTMENTS_TEMPLATES_LEAD)
        >
            {new}
        </PageHead>
        <Loaded from=templates show=|(month, templates)| show(month, templates) />
    }
}

fn show(month: Month, found: Named<Vec<RecurringTemplate>>) -> impl IntoView {
    let Named { what: templates, owners } = found;
    let none = templates.is_empty().then(|| {
        view! {
            <Panel title=t(text::ADJUSTMENTS_TEMPLATES)>
                <p>{t(text::ADJUSTMENTS_NO_TEMPLATES)}</p>
            </Panel>
        }
    });
    let panels = templates.into_iter().map(|one| panel(one, month, &owners)).collect_view();
    view! { {none} {panels} }
}

fn panel(template: RecurringTemplate, month: Month, owners: &Owners) -> impl IntoView + use<> {
    let RecurringTemplate { id, terms, since, latest } = template;
    let (reason, baseline) = (terms.reason, terms.baseline);
    let made = latest.as_ref().is_some_and(|(made, ..)| *made == month);
    let make = match (session::may(Permission::ProposeAdjustment), made) {
        (false, _) => view! { <span>{t(text::ADJUSTMENTS_MAKE_NOT_YOURS)}</span> }.into_any(),
        (true, true) => view! { <span>{t(text::ADJUSTMENTS_MADE_THIS_MONTH)}</span> }.into_any(),
        (true, false) => view! {
            <a class="button button-main" href=routes::adjustment_from(id, month)>
                {tf(text::ADJUSTMENTS_MAKE_FOR, [("month", &month.to_string())])}
            </a>
        }
        .into_any(),
    };
    let latest = latest.map(|(month, document, number)| {
        view! {
            <Fact term=t(text::ADJUSTMENTS_LATEST)>
                {month.to_string()} " "
                <a class="link" href=routes::adjustment(document)>{number}</a>
            </Fact>
        }
    });
    let action = ServerAction::<api::RetireTemplate>::new();
    let retire = session::may(Permission::ProposeAdjustment).then(|| {
        view! {
            <CommandForm action>
                <input type="hidden" name="id" value=id.to_string() />
                <Submit grave=true>{t(text::ADJUSTMENTS_RETIRE)}</Submit>
            </CommandForm>
        }
    });
    let lines = lines(terms.lines, owners);
    view! {
        <Panel title=terms.name>
            <Facts>
                <Fact term=t(text::ADJUSTMENTS_REASON)>
                    {named(reason.english(), reason.chinese())}
                </Fact>
                <Fact term=t(text::ADJUSTMENTS_BASELINE)>
                    {named(baseline.english(), baseline.chinese())}
                </Fact>
                <Fact term=t(text::ADJUSTMENTS_SINCE)><Moment at=since /></Fact>
                {latest}
            </Facts>
            {lines}
            <div class="actions">{make} {retire}</div>
        </Panel>
    }
}
