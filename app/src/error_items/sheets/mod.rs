//! Error items taken away as a workbook, edited, and brought back.

pub mod api;

use super::names::{action_name, sheet_field_name};
use crate::components::{
    Badge, Column, CommandForm, Fact, Facts, Loaded, Moment, PageHead, Panel, ShortId, Submit,
    Table, Tone, load,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::error_item::{Action, Edit, SheetDetail, SheetRow, SheetSummary};
use domain::ids::ErrorItemSheetId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// How a workbook is brought back, and those that were.
#[component]
pub fn SheetList() -> impl IntoView {
    let sheets = load(|| (), |()| api::sheets());
    let brings = session::may(Permission::MakeErrorResolution);
    let actions = Action::ALL.iter().map(|action| {
        view! { <tr><td><code>{action.name()}</code></td><td>{action_name(*action)}</td></tr> }
    });
    let actions = actions.collect_view();
    let columns = || {
        let name = t(text::ERROR_ITEMS_SHEET_ACTION_NAME);
        vec![Column::text(name), Column::text(t(text::ERROR_ITEMS_ACTION))]
    };
    view! {
        <PageHead title=t(text::ERROR_ITEMS_SHEETS) lead=t(text::ERROR_ITEMS_SHEETS_LEAD) />
        {brings.then(upload)}
        <Loaded from=sheets show=table />
        <Panel title=t(text::ERROR_ITEMS_SHEET_ACTIONS)>
            <Table caption=t(text::ERROR_ITEMS_SHEET_ACTIONS) columns=columns()>{actions}</Table>
        </Panel>
    }
}

/// Sent whole, as browsers send files; the server answers with a page of its own.
fn upload() -> impl IntoView {
    view! {
        <Panel title=t(text::ERROR_ITEMS_SHEET_BRING)>
            <form
                class="command"
                method="post"
                enctype="multipart/form-data"
                action=routes::UPLOAD_ERROR_ITEM_SHEET
            >
                <div class="field">
                    <label for="file">{t(text::ERROR_ITEMS_SHEET_FILE)}</label>
                    <input type="file" id="file" name="file" required=true accept=".xlsx" />
                    <p class="field-hint">{t(text::ERROR_ITEMS_SHEET_HINT)}</p>
                </div>
                <button class="button button-main" type="submit">
                    {t(text::ERROR_ITEMS_SHEET_BRING)}
                </button>
            </form>
        </Panel>
    }
}

fn table(sheets: Vec<SheetSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ERROR_ITEMS_SHEET_FILE)),
        Column::number(t(text::ERROR_ITEMS_SHEET_EDITED)),
        Column::number(t(text::ERROR_ITEMS_SHEET_REFUSED)),
        Column::number(t(text::ERROR_ITEMS_SHEET_UNCHANGED)),
        Column::text(t(text::ERROR_ITEMS_MADE_BY)),
        Column::text(t(text::ERROR_ITEMS_MADE_AT)),
    ];
    let empty = sheets.is_empty();
    let rows = sheets.into_iter().map(|sheet| {
        let href = routes::error_item_sheet(sheet.id);
        view! {
            <tr>
                <td class="wrap"><a class="link" href=href>{sheet.name}</a></td>
                <td class="number">{sheet.edited.to_string()}</td>
                <td class="number">{sheet.refused.to_string()}</td>
                <td class="number">{sheet.unchanged.to_string()}</td>
                <td>{sheet.maker_name}</td>
                <td><Moment at=sheet.at /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table
            caption=t(text::ERROR_ITEMS_SHEETS)
            columns
            empty=empty
            nothing=t(text::ERROR_ITEMS_SHEETS_NONE)
        >
            {rows}
        </Table>
    }
}

/// One workbook: what each row changes, or why it is refused.
#[component]
pub fn SheetPage() -> impl IntoView {
    let params = use_params_map();
    let sheet = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::sheet(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=sheet show=show /> }
}

fn show(detail: SheetDetail) -> impl IntoView {
    let SheetDetail { summary, rows } = detail;
    let mine = session::actor().is_some_and(|me| me.staff == summary.maker);
    let applies = mine && summary.bulk.is_none() && summary.edited > 0;
    let (id, count) = (summary.id, summary.edited.to_string());
    let bulk = summary.bulk.map(|bulk| {
        let href = routes::error_item_bulk(bulk);
        view! {
            <Fact term=t(text::ERROR_ITEMS_BULK)>
                <a class="link" href=href>{t(text::ERROR_ITEMS_BULK)}</a>
            </Fact>
        }
    });
    view! {
        <PageHead title=summary.name.clone() lead=t(text::ERROR_ITEMS_SHEET_LEAD) />
        <Panel title=t(text::ERROR_ITEMS_SHEETS)>
            <Facts>
                <Fact term=t(text::ERROR_ITEMS_SHEET_EDITED)>{summary.edited.to_string()}</Fact>
                <Fact term=t(text::ERROR_ITEMS_SHEET_REFUSED)>{summary.refused.to_string()}</Fact>
                <Fact term=t(text::ERROR_ITEMS_SHEET_UNCHANGED)>
                    {summary.unchanged.to_string()}
                </Fact>
                <Fact term=t(text::ERROR_ITEMS_MADE_BY)>
                    {summary.maker_name.clone()} " " <Moment at=summary.at />
                </Fact>
                <Fact term="SHA-256"><ShortId id=summary.sha256.clone() /></Fact>
                {bulk}
            </Facts>
        </Panel>
        {applies.then(|| view! { <Apply id count /> })}
        {differences(rows)}
    }
}

#[component]
fn Apply(id: ErrorItemSheetId, count: String) -> impl IntoView {
    let action = ServerAction::<api::ApplySheet>::new();
    view! {
        <Panel title=t(text::ERROR_ITEMS_SHEET_APPLY)>
            <CommandForm action>
                <p>{tf(text::ERROR_ITEMS_SHEET_APPLY_HINT, [("count", &count)])}</p>
                <input type="hidden" name="id" value=id.to_string() />
                <Submit>{t(text::ERROR_ITEMS_SHEET_APPLY)}</Submit>
            </CommandForm>
        </Panel>
    }
}

fn differences(rows: Vec<SheetRow>) -> impl IntoView {
    let columns = vec![
        Column::number(t(text::ERROR_ITEMS_SHEET_LINE)),
        Column::text(t(text::ERROR_ITEMS_NUMBER)),
        Column::text(t(text::ERROR_ITEMS_STATUS)),
        Column::text(t(text::ERROR_ITEMS_FIELD)),
        Column::text(t(text::ERROR_ITEMS_SHEET_CHANGE)),
    ];
    let empty = rows.is_empty();
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <Table
            caption=t(text::ERROR_ITEMS_SHEET_CHANGE)
            columns
            empty=empty
            nothing=t(text::ERROR_ITEMS_SHEET_NO_CHANGE)
        >
            {rows}
        </Table>
    }
}

fn row(row: SheetRow) -> impl IntoView {
    let number = match row.item {
        Some(id) => {
            view! { <a class="link" href=routes::error_item(id)>{row.number}</a> }.into_any()
        }
        None => row.number.into_any(),
    };
    let (word, tone, field, change) = match row.change {
        Ok(edit) => {
            let (fields, change) = edited(&edit);
            (text::ERROR_ITEMS_SHEET_EDITED, Tone::Good, fields, change)
        }
        Err((field, why)) => {
            let field = sheet_field_name(&field).to_owned();
            (text::ERROR_ITEMS_SHEET_REFUSED, Tone::Bad, field, phrase(&why))
        }
    };
    view! {
        <tr>
            <td class="number">{row.line.to_string()}</td>
            <td>{number}</td>
            <td><Badge tone>{t(word)}</Badge></td>
            <td>{field}</td>
            <td class="wrap">{change}</td>
        </tr>
    }
}

/// What a row changes, in words: the fields, and what stands in them.
fn edited(edit: &Edit) -> (String, String) {
    let owner = edit.owner.as_ref().map(|(_, name)| ("owner", name.clone()));
    let comment = edit.comment.as_ref().map(|text| ("comment", text.clone()));
    let wanted = edit.resolution.as_ref();
    let wanted = wanted
        .map(|wanted| ("action", format!("{}: {}", action_name(wanted.action), wanted.reason)));
    let all: Vec<_> = [owner, comment, wanted].into_iter().flatten().collect();
    let fields: Vec<_> = all.iter().map(|(field, _)| sheet_field_name(field)).collect();
    let change: Vec<_> = all.iter().map(|(_, change)| change.as_str()).collect();
    (fields.join(" · "), change.join(" · "))
}
