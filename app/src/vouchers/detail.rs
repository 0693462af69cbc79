use super::answers::Answer;
use super::{api, state_name};
use crate::api::{Named, Owners};
use crate::books::{AccountName, entry_name};
use crate::components::{
    Amount, Badge, Column, Fact, Facts, Loaded, Moment, PageHead, Panel, Table, Tone, load,
};
use crate::failure::Failure;
use crate::i18n::{Text, t, tf};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::account::Side;
use domain::ids::VoucherId;
use domain::voucher::{LineRejection, VoucherDetail, VoucherLine, VoucherSummary};
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
    let (id, state) = (voucher.summary.id, voucher.summary.state);
    let may = session::may(Permission::ExportVouchers);
    let rejections = (!voucher.rejections.is_empty()).then(|| refused(&voucher.rejections));
    let (facts, lines) = (facts(&voucher.summary), table(voucher, &owners));
    view! {
        <PageHead title=number lead />
        <Panel title=t(text::VOUCHERS_VOUCHER)>{facts}</Panel>
        {rejections}
        <Panel title=t(text::VOUCHERS_LINES)>{lines}</Panel>
        {may.then(|| view! { <Answer id state /> })}
    }
}

fn facts(voucher: &VoucherSummary) -> impl IntoView + use<> {
    let (state, tone) = state_name(voucher.state);
    let (date, money) = (voucher.accounting_date, voucher.total);
    let erp_number = voucher.erp_number.clone().map(|number| {
        view! { <Fact term=t(text::VOUCHERS_ERP_NUMBER)>{number}</Fact> }
    });
    let file = voucher.file.map(|version| {
        let href = routes::voucher_file(date, version);
        view! {
            <Fact term=t(text::VOUCHERS_FILE)>
                <a class="link" rel="external" href=href>{t(text::VOUCHERS_DOWNLOAD)}</a>
            </Fact>
        }
    });
    let (replaces, reverses) = (voucher.replaces, voucher.reverses);
    let journals =
        format!("{}?entry={}&from={date}&to={date}", routes::JOURNALS, voucher.entry.name());
    view! {
        <Facts>
            <Fact term=t(text::VOUCHERS_DAY)>
                <a class="link" href=routes::voucher_day(date)>{date.to_string()}</a>
            </Fact>
            <Fact term=t(text::VOUCHERS_STATE)><Badge tone>{state}</Badge></Fact>
            <Fact term=t(text::VOUCHERS_TOTAL)><Amount money /></Fact>
            {file}
            {erp_number}
            {other(text::VOUCHERS_REPLACES, replaces)}
            {other(text::VOUCHERS_REVERSES, reverses)}
            <Fact term=t(text::VOUCHERS_JOURNALS)>
                <a class="link" href=journals>{t(text::VOUCHERS_TO_JOURNALS)}</a>
            </Fact>
        </Facts>
    }
}

fn other(term: Text, id: Option<VoucherId>) -> impl IntoView {
    id.map(|id| {
        view! {
            <Fact term=t(term)>
                <a class="link" href=routes::voucher(id)>{t(text::VOUCHERS_OTHER_VOUCHER)}</a>
            </Fact>
        }
    })
}

fn refused(rejections: &[LineRejection]) -> impl IntoView + use<> {
    let columns = vec![
        Column::number(t(text::VOUCHERS_LINE)),
        Column::text(t(text::VOUCHERS_REASON)),
        Column::text(t(text::VOUCHERS_STATE_REJECTED)),
    ];
    let rows = rejections.iter().cloned().map(|one| {
        view! {
            <tr>
                <td class="number">{one.line}</td>
                <td class="wrap">{one.reason}</td>
                <td>{one.by} " " <Moment at=one.at /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel title=t(text::VOUCHERS_REJECTIONS)>
            <Table caption=t(text::VOUCHERS_REJECTIONS) columns>{rows}</Table>
        </Panel>
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
