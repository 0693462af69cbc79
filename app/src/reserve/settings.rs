use super::{Views, api, purpose_name};
use crate::components::{
    Badge, Choice, Column, CommandForm, Fact, Facts, Loaded, PageHead, Panel, SelectField, Submit,
    Table, TextField, Tone, load,
};
use crate::i18n::t;
use crate::requests::Requests;
use crate::wording::named;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::approval::ApprovalSummary;
use domain::channel::Rail;
use domain::reserve::Purpose;
use domain::reserve::settings::{AccountSetting, ClearingHouse, ReserveSettings};
use leptos::prelude::*;

/// What the institution set for its reserve; changes are proposed here.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let settings = load(|| (), |()| api::settings());
    view! {
        <PageHead title=t(text::RESERVE_SETTINGS) lead=t(text::RESERVE_SETTINGS_LEAD) />
        <Views here=routes::RESERVE_SETTINGS />
        <Loaded from=settings show=|(settings, changes)| show(settings, changes) />
    }
}

fn show(settings: ReserveSettings, changes: Vec<ApprovalSummary>) -> impl IntoView {
    let forms = if session::may(Permission::MakeReserve) {
        forms(&settings).into_any()
    } else {
        view! { <p class="field-hint">{t(text::RESERVE_SETTINGS_NOT_YOURS)}</p> }.into_any()
    };
    let share = settings.fund_share.to_string();
    let accounts = accounts(&settings);
    view! {
        <Panel title=t(text::RESERVE_ACCOUNTS)>{accounts}</Panel>
        <Panel title=t(text::RESERVE_HOUSES)>{houses(settings.houses)}</Panel>
        <Panel title=t(text::RESERVE_FUND_SHARE)>
            <Facts><Fact term=t(text::RESERVE_FUND_SHARE)>{share}</Fact></Facts>
        </Panel>
        {forms}
        <Panel title=t(text::RESERVE_CHANGES)><Requests rows=changes /></Panel>
    }
}

fn house_name(house: &ClearingHouse) -> String {
    named(&house.name_en, &house.name_zh).to_owned()
}

fn in_use(active: bool) -> impl IntoView {
    let (tone, word) = if active {
        (Tone::Good, text::RESERVE_ACTIVE)
    } else {
        (Tone::Neutral, text::RESERVE_INACTIVE)
    };
    view! { <Badge tone>{t(word)}</Badge> }
}

fn accounts(settings: &ReserveSettings) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::RESERVE_CODE)),
        Column::text(t(text::RESERVE_PURPOSE)),
        Column::text(t(text::RESERVE_BANK)),
        Column::text(t(text::RESERVE_CLEARING_OVER)),
        Column::text(t(text::RESERVE_STATE)),
    ];
    let over = |account: &AccountSetting| {
        let code = account.house.as_deref();
        let house = settings.houses.iter().find(|house| Some(&*house.code) == code);
        house.map_or_else(|| t(text::RESERVE_NO_CLEARING).to_owned(), house_name)
    };
    let rows = settings
        .accounts
        .iter()
        .map(|account| {
            view! {
                <tr>
                    <td>{account.code.clone()}</td>
                    <td>{purpose_name(account.purpose)}</td>
                    <td>{account.bank_name.clone()}</td>
                    <td>{over(account)}</td>
                    <td>{in_use(account.active)}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption=t(text::RESERVE_ACCOUNTS) columns>{rows}</Table> }
}

fn houses(houses: Vec<ClearingHouse>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_HOUSE_CODE)),
        Column::text(t(text::RESERVE_HOUSE)),
        Column::text(t(text::RESERVE_RAIL)),
        Column::text(t(text::RESERVE_STATE)),
    ];
    let rows = houses.into_iter().map(|house| {
        view! {
            <tr>
                <td><code>{house.code.clone()}</code></td>
                <td>{house_name(&house)}</td>
                <td>{house.rail.name()}</td>
                <td>{in_use(house.active)}</td>
            </tr>
        }
    });
    view! { <Table caption=t(text::RESERVE_HOUSES) columns>{rows.collect_view()}</Table> }
}

fn forms(settings: &ReserveSettings) -> impl IntoView + use<> {
    let account = |wanted: fn(&&AccountSetting) -> bool| {
        let accounts = settings.accounts.iter().filter(wanted);
        accounts.map(|one| Choice::new(&one.code, &one.code)).collect::<Vec<_>>()
    };
    let cleared = account(|one| one.purpose != Purpose::OwnFunds);
    let all = account(|_| true);
    let houses: Vec<_> = settings
        .houses
        .iter()
        .filter(|house| house.active)
        .map(|house| Choice::new(&house.code, house_name(house)))
        .collect();
    let yes_no = || {
        vec![
            Choice::new("true", t(text::RESERVE_ACTIVE)),
            Choice::new("false", t(text::RESERVE_INACTIVE)),
        ]
    };
    view! {
        {clearing_form(cleared, houses)}
        {house_form(yes_no())}
        {fund_form(settings.fund_share.to_string())}
        {use_form(all, yes_no())}
    }
}

fn clearing_form(accounts: Vec<Choice>, houses: Vec<Choice>) -> impl IntoView {
    let action = ServerAction::<api::ProposeClearing>::new();
    view! {
        <Panel title=t(text::RESERVE_CLEAR_OVER)>
            <CommandForm action>
                <p class="field-hint">{t(text::RESERVE_CLEAR_OVER_HINT)}</p>
                <SelectField
                    name="request[account]"
                    label=t(text::RESERVE_ACCOUNT)
                    choices=accounts
                />
                <SelectField
                    name="request[house]"
                    label=t(text::RESERVE_HOUSE)
                    choices=houses
                    none=t(text::RESERVE_NO_CLEARING)
                />
                <Submit>{t(text::RESERVE_PROPOSE_CHANGE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

fn house_form(yes_no: Vec<Choice>) -> impl IntoView {
    let rails = Rail::ALL.map(|rail| Choice::new(rail.name(), rail.name())).into();
    let action = ServerAction::<api::ProposeHouse>::new();
    view! {
        <Panel title=t(text::RESERVE_HOUSE_CHANGE)>
            <CommandForm action>
                <TextField
                    name="request[code]"
                    label=t(text::RESERVE_HOUSE_CODE)
                    hint=t(text::RESERVE_HOUSE_CODE_HINT)
                />
                <TextField name="request[name_en]" label=t(text::RESERVE_NAME_EN) />
                <TextField name="request[name_zh]" label=t(text::RESERVE_NAME_ZH) />
                <SelectField name="request[rail]" label=t(text::RESERVE_RAIL) choices=rails />
                <SelectField name="request[active]" label=t(text::RESERVE_STATE) choices=yes_no />
                <Submit>{t(text::RESERVE_PROPOSE_CHANGE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

fn fund_form(share: String) -> impl IntoView {
    let action = ServerAction::<api::ProposeFund>::new();
    view! {
        <Panel title=t(text::RESERVE_FUND_SHARE)>
            <CommandForm action>
                <TextField
                    name="share"
                    label=t(text::RESERVE_FUND_SHARE)
                    value=share
                    hint=t(text::RESERVE_FUND_SHARE_HINT)
                />
                <Submit>{t(text::RESERVE_PROPOSE_CHANGE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

fn use_form(accounts: Vec<Choice>, yes_no: Vec<Choice>) -> impl IntoView {
    let action = ServerAction::<api::ProposeUse>::new();
    view! {
        <Panel title=t(text::RESERVE_USE_CHANGE)>
            <CommandForm action>
                <SelectField
                    name="request[account]"
                    label=t(text::RESERVE_ACCOUNT)
                    choices=accounts
                />
                <SelectField name="request[active]" label=t(text::RESERVE_STATE) choices=yes_no />
                <Submit>{t(text::RESERVE_PROPOSE_CHANGE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
