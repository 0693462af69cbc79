use super::{api, state_name};
use crate::api::{Named, Owners};
use crate::books::{AccountName, entry_name};
use crate::components::{
    Amount, Badge, Column, Fact, Facts, Loaded, PageHead, Panel, Table, Tone, load,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::{routes, text};
use domain::account::Side;
use domain::voucher::{VoucherDetail, VoucherLine, VoucherSummary};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One voucher with its lines.
#[component]
pub fn VoucherPage() -> impl IntoView {
    let params = use_params_map();
    let voucher = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=voucher show=show /> }
}

fn show(found: Named<VoucherDetail>) -> impl IntoView {
    let Named { what: voucher, owners } = found;
    let number = voucher.summary.number.to_string();
    let number = tf(text::VOUCHERS_NUMBERED, [("number", &number)]);
    let lead = entry_name(voucher.summary.entry);
    let (facts, lines) = (facts(&voucher.summary), table(voucher, &owners));
    view! {
        <PageHead title=number lead />
        <Panel title=t(text::VOUCHERS_VOUCHER)>{facts}</Panel>
        <Panel title=t(text::VOUCHERS_LINES)>{lines}</Panel>
    }
}

fn facts(voucher: &VoucherSummary) -> impl IntoView + use<> {
    let (state, tone) = state_name(voucher.state);
    let (date, money) = (voucher.accounting_date, voucher.total);
    let journals =
        format!("{}?entry={}&from={date}&to={date}", routes::JOURNALS, voucher.entry.name());
    view! {
        <Facts>
            <Fact term=t(text::VOUCHERS_DAY)>
                <a class="link" href=routes::voucher_day(date)>{date.to_string()}</a>
            </Fact>
            <Fact term=t(text::VOUCHERS_STATE)><Badge tone>{state}</Badge></Fact>
            <Fact term=t(text::VOUCHERS_TOTAL)><Amount money /></Fact>
            <Fact term=t(text::VOUCHERS_JOURNALS)>
                <a class="link" href=journals>{t(text::VOUCHERS_TO_JOURNALS)}</a>
            </Fact>
        </Facts>
    }
}

fn table(voucher: VoucherDetail, owners: &Owners) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::VOUCHERS_MEMO)),
        Column::text(t(text::VOUCHERS_U8_CODE)),
        Column::text(t(text::VOUCHERS_DIMENSION)),
        Column::text(t(text::VOUCHERS_ACCOUNT)),
        Column::number(t(text::VOUCHERS_ENTRIES)),
        Column::number(t(text::VOUCHERS_DEBIT)),
        Column::number(t(text::VOUCHERS_CREDIT)),
    ];
    let [debits, credits] = [Side::Debit, Side::Credit].map(|side| voucher.sum(side).ok());
    let (tone, word) = if debits.is_some() && debits == credits {
        (Tone::Good, text::VOUCHERS_BALANCED)
    } else {
        (Tone::Bad, text::VOUCHERS_NOT_BALANCED)
    };
    let rows = voucher.lines.into_iter().map(|line| row(line, owners)).collect_view();
    view! {
        <Table caption=t(text::VOUCHERS_LINES) columns>
            {rows}
            <tr class="total">
                <th scope="row" colspan="5">
                    {t(text::VOUCHERS_SUM)} " " <Badge tone>{t(word)}</Badge>
                </th>
                <td class="number">{debits.map(|money| view! { <Amount money /> })}</td>
                <td class="number">{credits.map(|money| view! { <Amount money /> })}</td>
            </tr>
        </Table>
    }
}

fn row(line: VoucherLine, owners: &Owners) -> impl IntoView + use<> {
    let amount = |side| (line.side == side).then(|| view! { <Amount money=line.amount /> });
    view! {
        <tr>
            <td class="wrap">{line.memo}</td>
            <td><code>{line.u8_code}</code></td>
            <td>{line.dimension_code}</td>
            <td><AccountName account=line.account owners=owners.clone() /></td>
            <td class="number">{line.entries}</td>
            <td class="number">{amount(Side::Debit)}</td>
            <td class="number">{amount(Side::Credit)}</td>
        </tr>
    }
}
