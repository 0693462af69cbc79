use super::{Here, Views, api};
use crate::books::side_name;
use crate::components::{
    Badge, Choice, CommandForm, Fact, Facts, Loaded, PageHead, Panel, SelectField, Submit,
    TextField, Tone, load,
};
use crate::i18n::{t, tf};
use crate::wording::named;
use crate::{session, text};
use domain::access::Permission;
use domain::account::{ChartLine, OwnerKind, PostingMode, Side};
use domain::money::Money;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One line of the chart, and the forms that propose to change it or to add one below it.
#[component]
pub fn ChartLinePage() -> impl IntoView {
    let params = use_params_map();
    let line = load(
        move || params.read().get("code").unwrap_or_default(),
        |code| async move { api::find_chart_line(code).await },
    );
    view! { <Loaded from=line show=show /> }
}

fn show(line: ChartLine) -> impl IntoView {
    let title = format!("{} {}", line.code, named(&line.name_en, &line.name_zh));
    let proposes = session::may(Permission::MakeChartChange);
    let below = (proposes && !line.postable).then(|| view! { <Open parent=line.code.clone() /> });
    let reword = proposes.then(|| view! { <Reword line=line.clone() /> });
    view! {
        <PageHead title lead=t(text::ACCOUNTS_CHART_LINE) />
        <Views here=Here::Elsewhere />
        <Panel title=t(text::ACCOUNTS_CHART_LINE)>{facts(&line)}</Panel>
        {reword}
        {below}
    }
}

fn facts(line: &ChartLine) -> impl IntoView + use<> {
    let yes_no = |yes| t(if yes { text::ACCOUNTS_YES } else { text::ACCOUNTS_NO });
    let floor = line
        .floor_minor
        .map_or(t(text::ACCOUNTS_NO_FLOOR).to_owned(), |minor| Money::cny(minor).grouped());
    let (side, owner, mode) =
        (side_name(line.normal_side), owner_kind(line.owner_kind), mode_name(line.posting_mode));
    let (postable, in_transit) = (yes_no(line.postable), yes_no(line.in_transit));
    let tone = if line.posting_mode == PostingMode::Hot { Tone::Info } else { Tone::Neutral };
    view! {
        <Facts>
            <Fact term=t(text::ACCOUNTS_NORMAL_SIDE)>{side}</Fact>
            <Fact term=t(text::ACCOUNTS_OWNER_KIND)>{owner}</Fact>
            <Fact term=t(text::ACCOUNTS_FLOOR)>{floor}</Fact>
            <Fact term=t(text::ACCOUNTS_POSTING_MODE)><Badge tone>{mode}</Badge></Fact>
            <Fact term=t(text::ACCOUNTS_POSTABLE)>{postable}</Fact>
            <Fact term=t(text::ACCOUNTS_IN_TRANSIT)>{in_transit}</Fact>
        </Facts>
    }
}

fn owner_kind(kind: OwnerKind) -> &'static str {
    t(match kind {
        OwnerKind::None => text::ACCOUNTS_OWNER_NONE,
        OwnerKind::Merchant => text::ACCOUNTS_OWNER_MERCHANT,
        OwnerKind::User => text::ACCOUNTS_OWNER_USER,
        OwnerKind::Channel => text::ACCOUNTS_OWNER_CHANNEL,
        OwnerKind::BankAccount => text::ACCOUNTS_OWNER_BANK_ACCOUNT,
    })
}

fn mode_name(mode: PostingMode) -> &'static str {
    t(match mode {
        PostingMode::Plain => text::ACCOUNTS_MODE_PLAIN,
        PostingMode::Hot => text::ACCOUNTS_MODE_HOT,
    })
}

fn modes() -> Vec<Choice> {
    PostingMode::ALL.map(|mode| Choice::new(mode.name(), mode_name(mode))).into()
}

/// The form that proposes other terms.
#[component]
fn Reword(line: ChartLine) -> impl IntoView {
    let action = ServerAction::<api::RewordChartLine>::new();
    let floor = line.floor_minor.map(|minor| Money::cny(minor).plain()).unwrap_or_default();
    view! {
        <Panel title=t(text::ACCOUNTS_PROPOSE_REWORD)>
            <CommandForm action>
                <p class="field-hint">{t(text::ACCOUNTS_PROPOSE_HINT)}</p>
                <input type="hidden" name="request[code]" value=line.code />
                <TextField
                    name="request[name_en]"
                    label=t(text::ACCOUNTS_NAME_EN)
                    value=line.name_en
                />
                <TextField
                    name="request[name_zh]"
                    label=t(text::ACCOUNTS_NAME_ZH)
                    value=line.name_zh
                />
                <TextField
                    name="request[floor]"
                    label=t(text::ACCOUNTS_FLOOR)
                    value=floor
                    optional=true
                    hint=t(text::ACCOUNTS_FLOOR_HINT)
                />
                <SelectField
                    name="request[posting_mode]"
                    label=t(text::ACCOUNTS_POSTING_MODE)
                    choices=modes()
                    value=line.posting_mode.name()
                />
                <Submit>{t(text::ACCOUNTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// The form that proposes a line below a heading.
#[component]
fn Open(parent: String) -> impl IntoView {
    let action = ServerAction::<api::OpenChartLine>::new();
    let sides = [Side::Debit, Side::Credit].map(|side| Choice::new(side.name(), side_name(side)));
    let owners = OwnerKind::ALL.map(|kind| Choice::new(kind.name(), owner_kind(kind)));
    let kinds = [
        Choice::new("accounts", t(text::ACCOUNTS_KIND_ACCOUNTS)),
        Choice::new("in_transit", t(text::ACCOUNTS_KIND_IN_TRANSIT)),
        Choice::new("heading", t(text::ACCOUNTS_KIND_HEADING)),
    ];
    view! {
        <Panel title=tf(text::ACCOUNTS_PROPOSE_OPEN, [("code", &parent)])>
            <CommandForm action>
                <p class="field-hint">{t(text::ACCOUNTS_PROPOSE_HINT)}</p>
                <TextField
                    name="request[new_code]"
                    label=t(text::ACCOUNTS_CODE)
                    value=format!("{parent}.")
                    hint=t(text::ACCOUNTS_CODE_HINT)
                />
                <TextField name="request[new_name_en]" label=t(text::ACCOUNTS_NAME_EN) />
                <TextField name="request[new_name_zh]" label=t(text::ACCOUNTS_NAME_ZH) />
                <SelectField
                    name="request[kind]"
                    label=t(text::ACCOUNTS_KIND)
                    choices=kinds.into()
                />
                <SelectField
                    name="request[normal_side]"
                    label=t(text::ACCOUNTS_NORMAL_SIDE)
                    choices=sides.into()
                />
                <SelectField
                    name="request[owner_kind]"
                    label=t(text::ACCOUNTS_OWNER_KIND)
                    choices=owners.into()
                />
                <TextField
                    name="request[new_floor]"
                    label=t(text::ACCOUNTS_FLOOR)
                    optional=true
                    hint=t(text::ACCOUNTS_FLOOR_HINT)
                />
                <SelectField
                    name="request[new_posting_mode]"
                    label=t(text::ACCOUNTS_POSTING_MODE)
                    choices=modes()
                />
                <Submit>{t(text::ACCOUNTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
