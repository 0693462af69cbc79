use super::api;
use crate::components::{
    Amount, Badge, Column, CopyId, Fact, Facts, FilterForm, Loaded, Moment, MonthField, PageHead,
    Panel, Table, Tone, load, use_filter,
};
use crate::i18n::{t, tf};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::date::Month;
use domain::voucher::{ComparedAccount, ErpBalanceFile, ErpComparison};
use leptos::prelude::*;

/// Our trial balance of a month beside that of the general ledger.
#[component]
pub fn ComparisonPage() -> impl IntoView {
    let filter = use_filter();
    let found = load(move || filter().value::<Month>("period"), api::compare);
    view! {
        <PageHead
            title=t(text::VOUCHERS_COMPARISON)
            lead=t(text::VOUCHERS_COMPARISON_LEAD)
        />
        {move || view! {
            <FilterForm action=routes::VOUCHER_COMPARISON>
                <MonthField
                    name="period"
                    label=t(text::VOUCHERS_PERIOD)
                    value=filter().text("period").unwrap_or_default()
                    optional=true
                />
            </FilterForm>
        }}
        <Loaded from=found show=show />
    }
}

fn show(found: ErpComparison) -> impl IntoView {
    let period = found.period;
    let (breaks, compared) = (found.breaks(), found.file.is_some());
    let days = found.days_without_vouchers.to_string();
    let vouchers = found.not_acknowledged.to_string();
    let waiting = tf(text::VOUCHERS_WAITING, [("days", &days), ("vouchers", &vouchers)]);
    let closed = t(if found.closed { text::VOUCHERS_CLOSED } else { text::VOUCHERS_OPEN });
    let (tone, word) = match (compared, breaks) {
        (false, _) => (Tone::Neutral, t(text::VOUCHERS_COMPARISON_NONE).to_owned()),
        (true, 0) => (Tone::Good, t(text::VOUCHERS_AGREES).to_owned()),
        (true, _) => {
            let count = breaks.to_string();
            (Tone::Bad, tf(text::VOUCHERS_BREAKS, [("count", &count)]))
        }
    };
    let uploads = session::may(Permission::ExportVouchers).then(|| upload(period));
    view! {
        <Panel title=period.to_string()>
            <Facts>
                <Fact term=t(text::VOUCHERS_COMPARE)><Badge tone>{word}</Badge></Fact>
                <Fact term=t(text::VOUCHERS_PERIOD)>{closed}</Fact>
                <Fact term=t(text::VOUCHERS_VOUCHER)>{waiting}</Fact>
                <Fact term=t(text::VOUCHERS_COMPARISON_FILE)>{file(found.file)}</Fact>
            </Facts>
            <p class="field-hint">{t(text::VOUCHERS_DEBIT_SIDE)}</p>
            {table(found.accounts, compared)}
        </Panel>
        {uploads}
    }
}

fn file(file: Option<ErpBalanceFile>) -> impl IntoView {
    match file {
        None => t(text::VOUCHERS_COMPARISON_NONE).into_any(),
        Some(file) => view! {
            {file.name} " " {file.uploaded_by} " " <Moment at=file.uploaded_at /> " "
            <CopyId id=file.sha256 />
        }
        .into_any(),
    }
}

fn table(accounts: Vec<ComparedAccount>, compared: bool) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::VOUCHERS_U8_CODE)),
        Column::text(t(text::VOUCHERS_ACCOUNT)),
        Column::number(t(text::VOUCHERS_BOOKS_DEBITS)),
        Column::number(t(text::VOUCHERS_BOOKS_CREDITS)),
        Column::number(t(text::VOUCHERS_BOOKS_CLOSING)),
        Column::number(t(text::VOUCHERS_SENT_CLOSING)),
        Column::number(t(text::VOUCHERS_ON_THE_WAY)),
        Column::number(t(text::VOUCHERS_ERP_DEBITS)),
        Column::number(t(text::VOUCHERS_ERP_CREDITS)),
        Column::number(t(text::VOUCHERS_ERP_CLOSING)),
        Column::number(t(text::VOUCHERS_UNEXPLAINED)),
    ];
    let (empty, nothing) = (accounts.is_empty(), t(text::VOUCHERS_COMPARISON_EMPTY));
    let rows = accounts.into_iter().map(|account| row(account, compared)).collect_view();
    view! { <Table caption=t(text::VOUCHERS_COMPARISON) columns empty nothing>{rows}</Table> }
}

fn row(account: ComparedAccount, compared: bool) -> impl IntoView {
    let codes = account.codes.into_iter().map(|code| {
        view! { <a class="link" href=routes::accounts_of(&code)>{code.clone()}</a> " " }
    });
    let codes = codes.collect_view();
    let (books, sent) = (account.books, account.acknowledged);
    let there = account.erp.map(|erp| [erp.debits, erp.credits, erp.closing]);
    let there = [0, 1, 2].map(|at| {
        let money = there.as_ref().and_then(|three| three.get(at)).copied();
        view! { <td class="number">{money.map(|money| view! { <Amount money /> })}</td> }
    });
    let unexplained = account.unexplained;
    let wrong = compared.then(|| view! { <Amount money=unexplained /> });
    let class = if compared && !unexplained.is_zero() { "number bad" } else { "number" };
    view! {
        <tr>
            <td><code>{account.u8_code}</code></td>
            <td>{codes}</td>
            <td class="number"><Amount money=books.debits /></td>
            <td class="number"><Amount money=books.credits /></td>
            <td class="number"><Amount money=books.closing /></td>
            <td class="number"><Amount money=sent.closing /></td>
            <td class="number"><Amount money=account.on_the_way /></td>
            {there}
            <td class=class>{wrong}</td>
        </tr>
    }
}

fn upload(period: Month) -> impl IntoView {
    view! {
        <Panel title=t(text::VOUCHERS_COMPARISON_UPLOAD)>
            <form
                class="command"
                method="post"
                enctype="multipart/form-data"
                action=routes::upload_erp_balance(period)
            >
                <p class="field-hint">{t(text::VOUCHERS_COMPARISON_UPLOAD_HINT)}</p>
                <div class="field">
                    <label for="file">{t(text::VOUCHERS_FILE)}</label>
                    <input type="file" id="file" name="file" required=true />
                </div>
                <button class="button button-main" type="submit">
                    {t(text::VOUCHERS_COMPARISON_UPLOAD)}
                </button>
            </form>
        </Panel>
    }
}
