use super::bulk::api::StartBulk;
use super::names::{cause_name, leg_name, queue_name, status_name};
use super::{api, cash_effect, select};
use crate::components::{
    Amount, Badge, Choice, Column, CommandForm, DateField, FilterForm, Loaded, Older, PageHead,
    Query, SelectField, Table, TextField, Tone, load, use_filter,
};
use crate::i18n::{t, tf};
use crate::islands::Triage;
use crate::session::channel_name;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::error_item::{
    Cause, ErrorItemFilter, ErrorItemStatus, ErrorItemSummary, Leg, Queue, RecordView,
};
use domain::page::Window;
use leptos::prelude::*;

/// The error items: by default those with something left to do. Rows are ticked and handled at once,
/// from the keyboard if wanted.
#[component]
pub fn ErrorItemList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.text("after")));
    let channels = load(|| (), |()| api::channels());
    view! {
        <PageHead title=t(text::ERROR_ITEMS_TITLE) lead=t(text::ERROR_ITEMS_LEAD)>
            {session::may(Permission::MakeErrorResolution).then(|| view! {
                <a class="button" href=routes::ERROR_ITEM_OPEN>{t(text::ERROR_ITEMS_OPEN)}</a>
            })}
            <a class="link" href=routes::ERROR_ITEM_CASES>{t(text::ERROR_ITEMS_CASES)}</a>
            <a class="link" href=routes::ERROR_ITEM_COACH>{t(text::ERROR_ITEMS_COACH)}</a>
            <a class="link" href=routes::ERROR_ITEM_SHEETS>{t(text::ERROR_ITEMS_SHEETS)}</a>
            <a class="link" href=routes::ERROR_ITEM_ADVANCES>{t(text::ERROR_ITEMS_ADVANCES)}</a>
            <a class="link" href=routes::ERROR_ITEM_BULKS>{t(text::ERROR_ITEMS_BULKS)}</a>
            <a class="link" href=routes::ERROR_ITEM_RULES>{t(text::ERROR_ITEMS_RULES)}</a>
        </PageHead>
        <Loaded from=channels show=move |channels| move || fields(filter(), &channels) />
        <Loaded from=page show=move |page| show(page, wanted(&filter())) />
    }
}

/// The filter as it stands in the address.
pub(super) fn wanted(query: &Query) -> ErrorItemFilter {
    let shown = query.text("show").unwrap_or_default();
    let status = match shown.as_str() {
        "untaken" => Some(ErrorItemStatus::New),
        named => ErrorItemStatus::named(named),
    };
    ErrorItemFilter {
        status,
        open_only: matches!(shown.as_str(), "" | "open"),
        cause: query.text("cause").and_then(|cause| Cause::named(&cause)),
        leg: query.text("leg").and_then(|leg| Leg::named(&leg)),
        channel: query.text("channel"),
        clearing_date: query.value("day"),
        older_than_days: query.value("days"),
        mine: query.text("mine").is_some(),
        queue: query.text("queue").and_then(|queue| Queue::named(&queue)),
        overdue: query.text("overdue").is_some(),
        text: query.text("q"),
        case: None,
    }
}

fn fields(query: Query, channels: &[String]) -> impl IntoView + use<> {
    let text = move |name| query.text(name).unwrap_or_default();
    let statuses = ErrorItemStatus::ALL.iter().filter(|status| **status != ErrorItemStatus::New);
    let statuses = statuses.map(|status| Choice::new(status.name(), status_name(*status).0));
    let mut shown = vec![
        Choice::new("all", t(text::ERROR_ITEMS_SHOW_ALL)),
        Choice::new("untaken", t(text::ERROR_ITEMS_STATUS_NEW)),
    ];
    shown.extend(statuses);
    let cause = |cause: &Cause| Choice::new(cause.name(), cause_name(*cause));
    let causes: Vec<_> = Cause::ALL.iter().map(cause).collect();
    let legs: Vec<_> = Leg::ALL.iter().map(|leg| Choice::new(leg.name(), leg_name(*leg))).collect();
    let channels: Vec<_> =
        channels.iter().map(|code| Choice::new(code, channel_name(code))).collect();
    let mine = vec![Choice::new("yes", t(text::ERROR_ITEMS_MINE))];
    let overdue = vec![Choice::new("yes", t(text::ERROR_ITEMS_OVERDUE))];
    let queue = |queue: &Queue| Choice::new(queue.name(), queue_name(*queue));
    let queues: Vec<_> = Queue::ALL.iter().map(queue).collect();
    let any = t(text::ERROR_ITEMS_ANY);
    let none = t(text::ERROR_ITEMS_SHOW_OPEN);
    view! {
        <FilterForm action=routes::ERROR_ITEMS>
            <SelectField name="show" label=t(text::ERROR_ITEMS_STATUS) choices=shown
                value=text("show") none />
            <SelectField name="cause" label=t(text::ERROR_ITEMS_CAUSE) choices=causes
                value=text("cause") none=any />
            <SelectField name="leg" label=t(text::ERROR_ITEMS_LEG) choices=legs
                value=text("leg") none=any />
            <SelectField name="channel" label=t(text::ERROR_ITEMS_CHANNEL) choices=channels
                value=text("channel") none=any />
            <DateField name="day" label=t(text::ERROR_ITEMS_CLEARING_DATE) value=text("day")
                optional=true />
            <TextField name="days" label=t(text::ERROR_ITEMS_OLDER_THAN) value=text("days")
                optional=true />
            <SelectField name="mine" label=t(text::ERROR_ITEMS_ASSIGNEE) choices=mine
                value=text("mine") none=t(text::ERROR_ITEMS_ANYBODY) />
            <SelectField name="queue" label=t(text::ERROR_ITEMS_QUEUE) choices=queues
                value=text("queue") none=any />
            <SelectField name="overdue" label=t(text::ERROR_ITEMS_DUE) choices=overdue
                value=text("overdue") none=any />
            <TextField name="q" label=t(text::ERROR_ITEMS_NUMBER) value=text("q") optional=true />
        </FilterForm>
    }
}

/// A part of a list, to be handled.
pub(super) fn show(page: Window<ErrorItemSummary>, filter: ErrorItemFilter) -> impl IntoView {
    let action = ServerAction::<StartBulk>::new();
    let handles = session::may(Permission::MakeErrorResolution);
    let older = page.older;
    let export = routes::error_items_workbook(&serde_json::to_string(&filter).unwrap_or_default());
    let export = view! {
        <p>
            <a class="link" href=export rel="external">{t(text::ERROR_ITEMS_SHEET_EXPORT)}</a>
        </p>
    };
    let table = table(page.rows, handles);
    if handles {
        let handle = select::bar(&filter);
        view! {
            <Triage legend=t(text::ERROR_ITEMS_KEYS).to_owned()
                off=t(text::ERROR_ITEMS_KEYS_OFF).to_owned()
                selected=t(text::ERROR_ITEMS_SELECTED).to_owned()>
                <CommandForm action>
                    {table}
                    {handle}
                </CommandForm>
            </Triage>
            <Older older />
            {export}
        }
        .into_any()
    } else {
        view! { {table} <Older older /> {export} }.into_any()
    }
}

fn table(rows: Vec<ErrorItemSummary>, handles: bool) -> impl IntoView {
    let mut columns = vec![
        Column::text(t(text::ERROR_ITEMS_NUMBER)),
        Column::text(t(text::ERROR_ITEMS_CAUSE)),
        Column::text(t(text::ERROR_ITEMS_STATUS)),
        Column::number(t(text::ERROR_ITEMS_AGE)),
        Column::text(t(text::ERROR_ITEMS_CLEARING_DATE)),
        Column::text(t(text::ERROR_ITEMS_OURS)),
        Column::text(t(text::ERROR_ITEMS_THEIRS)),
        Column::number(t(text::ERROR_ITEMS_DIFFERENCE)),
        Column::text(t(text::ERROR_ITEMS_ASSIGNEE)),
    ];
    if handles {
        columns.insert(0, Column::text(t(text::ERROR_ITEMS_SELECT)));
    }
    let empty = rows.is_empty();
    let rows = rows.into_iter().map(|item| row(item, handles)).collect_view();
    view! {
        <Table
            caption=t(text::ERROR_ITEMS_TITLE)
            columns
            empty=empty
            nothing=t(text::ERROR_ITEMS_NONE)
        >
            {rows}
        </Table>
    }
}

fn row(item: ErrorItemSummary, handles: bool) -> impl IntoView {
    let (status, tone) = status_name(item.status);
    let effect = cash_effect(item.cash_effect);
    let age = tf(text::ERROR_ITEMS_DAYS, [("count", &item.age_days.to_string())]);
    let late = item.overdue.then(|| {
        view! { " " <Badge tone=Tone::Bad>{t(text::ERROR_ITEMS_OVERDUE)}</Badge> }
    });
    let tick = handles.then(|| {
        let label = format!("{} {}", t(text::ERROR_ITEMS_SELECT), item.number);
        view! {
            <td>
                <input
                    type="checkbox"
                    name="request[ids][]"
                    value=item.id.to_string()
                    aria-label=label
                    data-minor=item.difference.minor().to_string()
                    data-currency=item.difference.currency().code()
                />
            </td>
        }
    });
    let (ours, theirs) = item.records;
    let (ours, theirs) =
        (side(ours.as_ref(), theirs.as_ref()), side(theirs.as_ref(), ours.as_ref()));
    let who = item.assignee.unwrap_or_else(|| queue_name(item.queue).to_owned());
    view! {
        <tr data-row=item.id.to_string()>
            {tick}
            <td><a class="link" href=routes::error_item(item.id)>{item.number}</a></td>
            <td class="words">
                {cause_name(item.cause)} {effect}
                <span class="below">{leg_name(item.leg)}</span>
            </td>
            <td><Badge tone>{status}</Badge></td>
            <td class="number">{age} {late}</td>
            <td>
                {item.clearing_date.to_string()} <span class="below">{item.channel.as_deref().map(channel_name)}</span>
            </td>
            <td>{ours}</td>
            <td>{theirs}</td>
            <td class="number"><Amount money=item.difference /></td>
            <td>{who}</td>
        </tr>
    }
}

/// One side's record on the row; what the other side says otherwise is marked.
fn side(mine: Option<&RecordView>, other: Option<&RecordView>) -> impl IntoView + use<> {
    let Some(mine) = mine else {
        return view! { <span class="field-hint">{t(text::ERROR_ITEMS_NO_RECORD)}</span> }
            .into_any();
    };
    let differs =
        |same: fn(&RecordView, &RecordView) -> bool| other.is_some_and(|other| !same(mine, other));
    let number = if mine.number.is_empty() { &mine.channel_no } else { &mine.number };
    let standing = super::records::standing_name(mine.standing);
    let marked = |differs: bool, shown: String| {
        if differs {
            view! { <mark>{shown}</mark> }.into_any()
        } else {
            view! { <span>{shown}</span> }.into_any()
        }
    };
    let fee = mine.fee.map(|fee| fee.grouped());
    let fees_differ =
        differs(|mine, other| mine.fee.is_none() || other.fee.is_none() || mine.fee == other.fee);
    view! {
        <code class="id clipped" title=number.clone()>{number.clone()}</code>
        <br />
        {marked(differs(|mine, other| mine.amount == other.amount), mine.amount.grouped())}
        " "
        {marked(differs(|mine, other| mine.standing == other.standing), standing.to_owned())}
        " "
        {fees_differ.then(|| fee.map(|fee| marked(true, fee)))}
        " "
        {differs(|mine, other| {
            mine.clearing_date.is_none()
                || other.clearing_date.is_none()
                || mine.clearing_date == other.clearing_date
        })
            .then(|| mine.clearing_date.map(|date| marked(true, date.to_string())))}
    }
    .into_any()
}
