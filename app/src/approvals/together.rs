use super::api;
use crate::components::{
    Amount, Badge, Column, CommandForm, Confirmed, Fact, Facts, Loaded, NoteField, PageHead, Panel,
    Query, Submit, Table, TextField, Tone, load, use_filter,
};
use crate::i18n::{t, tf};
use crate::{routes, text};
use domain::approval::BatchItem;
use domain::ids::ApprovalId;
use domain::money::Money;
use leptos::prelude::*;

/// Several requests as they would be decided now, and the form to approve those that can be; after
/// that, what became of each.
#[component]
pub fn TogetherPage() -> impl IntoView {
    let filter = use_filter();
    let items = load(
        move || (chosen(&filter()), filter().text("decided").is_some()),
        |(ids, decided)| async move { Ok((api::rehearse(ids).await?, decided)) },
    );
    view! {
        <PageHead title=t(text::APPROVALS_TOGETHER) lead=t(text::APPROVALS_TOGETHER_LEAD)>
            <a class="link" href=routes::APPROVALS>{t(text::APPROVALS_TITLE)}</a>
        </PageHead>
        <Loaded from=items show=show />
    }
}

/// The requests in the address: ticked one by one, or in one list.
fn chosen(query: &Query) -> Vec<ApprovalId> {
    let listed = query.text("ids").unwrap_or_default();
    let listed = listed.split(',').filter_map(|id| id.parse().ok()).collect::<Vec<_>>();
    let ticked = query.all("id").into_iter().filter_map(|id| id.parse().ok());
    listed.into_iter().chain(ticked).collect()
}

fn show((items, decided): (Vec<BatchItem>, bool)) -> impl IntoView {
    let ready: Vec<_> = items.iter().filter(|item| item.refusal.is_none()).cloned().collect();
    let columns = vec![
        Column::text(t(text::APPROVALS_REQUEST)),
        Column::text(t(text::APPROVALS_MAKER)),
        Column::text(t(text::APPROVALS_OUTCOME)),
        Column::number(t(text::APPROVALS_AMOUNT)),
    ];
    let title = if decided { text::APPROVALS_RESULTS } else { text::APPROVALS_DRY_RUN };
    let rows = items.into_iter().map(|item| row(item, decided)).collect_view();
    let form = (!decided && !ready.is_empty()).then(|| view! { <Approve items=ready.clone() /> });
    let nothing = (!decided && ready.is_empty()).then(|| {
        view! { <p class="field-hint">{t(text::APPROVALS_TOGETHER_NOTHING)}</p> }
    });
    view! {
        <Panel title=t(title)>
            <Table caption=t(title) columns>{rows}</Table>
        </Panel>
        {form}
        {nothing}
    }
}

fn row(item: BatchItem, decided: bool) -> impl IntoView {
    let (tone, words) = match (item.decided_by_viewer, decided, &item.refusal) {
        (true, _, _) => (Tone::Good, t(text::APPROVALS_DECIDED).to_owned()),
        (false, false, None) => (Tone::Info, t(text::APPROVALS_READY).to_owned()),
        (false, true, None) => (Tone::Warn, t(text::APPROVALS_NOT_DECIDED).to_owned()),
        (false, _, Some(why)) => (Tone::Bad, why.clone()),
    };
    view! {
        <tr>
            <td class="wrap"><a class="link" href=routes::approval(item.id)>{item.title}</a></td>
            <td>{item.maker_name}</td>
            <td class="wrap"><Badge tone>{words}</Badge></td>
            <td class="number">{item.amount.map(|money| view! { <Amount money /> })}</td>
        </tr>
    }
}

#[component]
fn Approve(items: Vec<BatchItem>) -> impl IntoView {
    let action = ServerAction::<api::ApproveTogether>::new();
    let proves = items.iter().any(|item| item.second_factor);
    let count = items.len().to_string();
    let amounts: Vec<Money> = items.iter().filter_map(|item| item.amount).collect();
    let total = amounts
        .first()
        .and_then(|first| Money::sum(amounts.iter().copied(), first.currency()).ok());
    let approve = tf(text::APPROVALS_APPROVE_COUNT, [("count", &count)]);
    let hidden = items.into_iter().map(|item| {
        let value = format!("{}:{}", item.id, item.content_hash);
        view! { <input type="hidden" name="request[shown][]" value=value /> }
    });
    let hidden = hidden.collect_view();
    let code = proves.then(|| {
        view! {
            <TextField
                name="request[code]"
                label=t(text::APPROVALS_CODE)
                hint=t(text::APPROVALS_CODE_HINT)
            />
        }
    });
    view! {
        <Panel title=t(text::APPROVALS_APPROVE)>
            <CommandForm action>
                {hidden}
                <Facts>
                    <Fact term=t(text::APPROVALS_REQUEST)>{count}</Fact>
                    <Fact term=t(text::APPROVALS_RUNNING)>
                        {total.map(|money| view! { <Amount money /> })}
                    </Fact>
                </Facts>
                <NoteField name="request[note]" label=t(text::APPROVALS_NOTE) />
                {code}
                <Confirmed
                    name="request[confirmed]"
                    label=t(text::APPROVALS_CONFIRM_TOGETHER)
                />
                <Submit>{approve}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// Reads `id:hash`.
pub(super) fn read(shown: &[String]) -> Result<Vec<(ApprovalId, String)>, crate::failure::Failure> {
    let wrong = || crate::failure::Failure::invalid("shown", "choose between one and 200 requests");
    shown
        .iter()
        .map(|one| {
            let (id, hash) = one.split_once(':').ok_or_else(wrong)?;
            Ok((id.parse().map_err(|_| wrong())?, hash.to_owned()))
        })
        .collect()
}
