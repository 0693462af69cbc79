use super::{api, belongs_to, event_name, state_name};
use crate::components::{
    Badge, Column, CommandForm, CopyId, Fact, Facts, Loaded, Moment, PageHead, Panel, Submit,
    Table, load,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::{labels, routes, session, text};
use domain::access::Permission;
use domain::ids::{NotificationId, PaymentId, PayoutId, RefundId};
use domain::notification::{
    AttemptRecord, NotificationDetail, NotificationEvent, NotificationSummary,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One notification, with every try to deliver it.
#[component]
pub fn NotificationPage() -> impl IntoView {
    let params = use_params_map();
    let notification = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=notification show=show /> }
}

fn show(detail: NotificationDetail) -> impl IntoView {
    let NotificationDetail { summary, body, attempts, endpoint } = detail;
    let number = summary.merchant_order_no.as_str();
    let title = tf(text::NOTIFICATIONS_NOTIFICATION_TITLE, [("number", number)]);
    let history = routes::audit_of(&summary.id.to_string());
    let works = endpoint.as_ref().is_some_and(|endpoint| endpoint.disabled.is_none());
    let resend = (works && session::may(Permission::ResendNotification))
        .then(|| view! { <Resend id=summary.id /> });
    let address = endpoint.map(|endpoint| endpoint.url);
    view! {
        <PageHead title lead=event_name(summary.event)>
            <a class="link" href=history>{t(text::NOTIFICATIONS_HISTORY)}</a>
        </PageHead>
        {facts(summary, address)}
        <Panel title=t(text::NOTIFICATIONS_ATTEMPTS)>{tries(attempts)}</Panel>
        {resend}
        <Panel title=t(text::NOTIFICATIONS_BODY)>
            <pre class="content" tabindex="0">{body}</pre>
        </Panel>
    }
}

fn facts(one: NotificationSummary, address: Option<String>) -> impl IntoView {
    let (state, tone) = state_name(one.state);
    let subject = match one.event {
        NotificationEvent::PaymentSucceeded | NotificationEvent::PaymentFailed => {
            routes::payment(PaymentId(one.subject))
        }
        NotificationEvent::RefundSucceeded | NotificationEvent::RefundFailed => {
            routes::refund(RefundId(one.subject))
        }
        NotificationEvent::PayoutPaid
        | NotificationEvent::PayoutReturned
        | NotificationEvent::PayoutRejected => routes::payout(PayoutId(one.subject)),
    };
    let about = belongs_to(&one);
    view! {
        <Panel title=t(text::NOTIFICATIONS_NOTIFICATION)>
            <Facts>
                <Fact term=t(text::NOTIFICATIONS_STATE)><Badge tone>{state}</Badge></Fact>
                <Fact term=t(text::NOTIFICATIONS_EVENT)>
                    <a class="link" href=subject>{event_name(one.event)}</a>
                </Fact>
                <Fact term=t(text::NOTIFICATIONS_MERCHANT)>
                    <a class="link" href=routes::merchant(one.merchant)>{one.merchant_name}</a>
                </Fact>
                <Fact term=t(text::NOTIFICATIONS_ORDER)>
                    <a class="link" href=about>
                        <code class="id">{one.merchant_order_no}</code>
                    </a>
                </Fact>
                <Fact term=t(text::NOTIFICATIONS_ADDRESS)>
                    {address.unwrap_or_else(|| t(text::NOTIFICATIONS_NO_ADDRESS).to_owned())}
                </Fact>
                <Fact term=t(text::NOTIFICATIONS_ID)><CopyId id=one.id.to_string() /></Fact>
                <Fact term=t(text::NOTIFICATIONS_CREATED_AT)><Moment at=one.created_at /></Fact>
                {one.next_attempt_at.map(|at| view! {
                    <Fact term=t(text::NOTIFICATIONS_NEXT_ATTEMPT_AT)><Moment at /></Fact>
                })}
                {one.delivered_at.map(|at| view! {
                    <Fact term=t(text::NOTIFICATIONS_DELIVERED_AT)><Moment at /></Fact>
                })}
            </Facts>
        </Panel>
    }
}

fn tries(attempts: Vec<AttemptRecord>) -> impl IntoView {
    let columns = vec![
        Column::number(t(text::NOTIFICATIONS_ATTEMPT)),
        Column::text(t(text::NOTIFICATIONS_STARTED_AT)),
        Column::text(t(text::NOTIFICATIONS_ADDRESS)),
        Column::text(t(text::NOTIFICATIONS_ANSWER)),
        Column::text(t(text::NOTIFICATIONS_EXCERPT)),
        Column::text(t(text::NOTIFICATIONS_SENT_BY)),
    ];
    let empty = attempts.is_empty();
    let rows = attempts.into_iter().map(|one| {
        let status = one.status.map(|status| status.to_string());
        let answer = one.failure.as_deref().map(phrase).or(status).unwrap_or_default();
        view! {
            <tr>
                <td class="number">{one.number}</td>
                <td><Moment at=one.started_at /></td>
                <td class="wrap">{one.url}</td>
                <td class="wrap">{answer}</td>
                <td class="wrap">{one.excerpt}</td>
                <td>{labels::actor(&one.sent_by)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption=t(text::NOTIFICATIONS_ATTEMPTS) columns empty>{rows}</Table> }
}

#[component]
fn Resend(id: NotificationId) -> impl IntoView {
    let action = ServerAction::<api::Resend>::new();
    view! {
        <Panel title=t(text::NOTIFICATIONS_RESEND)>
            <CommandForm action>
                <p class="field-hint">{t(text::NOTIFICATIONS_RESEND_HINT)}</p>
                <input type="hidden" name="id" value=id.to_string() />
                <div class="actions"><Submit>{t(text::NOTIFICATIONS_RESEND)}</Submit></div>
            </CommandForm>
        </Panel>
    }
}
