//! Stories about the files beside bills and statements: fund bills, advices, error trades, status
//! reports, summaries. Each has a home, and what follows from it is done or said.

use crate::desk::{self, Desk, as_bill, as_kind, bill, row};
use crate::funds::desk_with_a_sent_payout;
use backoffice::reconciliation::{self, NewFile};
use banks::front::NamedFile;
use domain::account::AccountRef;
use domain::error_item::Cause;
use domain::page::PageRequest;
use domain::source_file::{Entry, EntryEffect, FileKind};
use sqlx::PgPool;

fn named(name: &str, bytes: impl Into<Vec<u8>>) -> NamedFile {
    NamedFile { name: name.to_owned(), bytes: bytes.into() }
}

async fn entries(desk: &Desk, new: NewFile) -> Vec<Entry> {
    let id = desk.import(new).await.unwrap();
    let page = PageRequest { number: 1, size: 100 };
    reconciliation::find_file(&desk.office, &desk.auditor, id, page).await.unwrap().entries
}

fn of_bank(kind: FileKind, file: NamedFile) -> NewFile {
    NewFile { channel: Some("bank".to_owned()), ..as_kind(kind, file) }
}

/// A status report on one payout and on one that is none of ours.
fn report(id: &str, number: &str, status: &str) -> NamedFile {
    let payment = |number: &str| {
        format!(
            "<TxInfAndSts><OrgnlEndToEndId>{number}</OrgnlEndToEndId><TxSts>{status}</TxSts>\
             <StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        )
    };
    let text = format!(
        "<Document><CstmrPmtStsRpt><GrpHdr><MsgId>{id}</MsgId></GrpHdr><OrgnlGrpInfAndSts>\
         <OrgnlMsgId>B1</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>\
         <OrgnlPmtInfId>G1</OrgnlPmtInfId>{}{}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>",
        payment(number),
        payment("NONE-OF-OURS")
    );
    named(&format!("{id}.xml"), text)
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payout_a_report_refuses_gives_the_merchant_its_money_back(pool: PgPool) {
    let (desk, number) = desk_with_a_sent_payout(pool).await;
    let transit = AccountRef::payouts_in_transit();
    assert_ne!(desk.balance(&transit).await, 0);
    let effects = |entries: Vec<Entry>| -> Vec<Option<EntryEffect>> {
        entries.into_iter().map(|entry| entry.effect).collect()
    };
    let first = of_bank(FileKind::PaymentStatus, report("R1", &number, "ACSP"));
    let unknown = Some(EntryEffect::UnknownNumber);
    assert_eq!(effects(entries(&desk, first).await), [Some(EntryEffect::PayoutKnown), unknown]);
    // A day has as many reports as the bank likes.
    let refused = of_bank(FileKind::PaymentStatus, report("R2", &number, "RJCT"));
    assert_eq!(
        effects(entries(&desk, refused).await),
        [Some(EntryEffect::PayoutRejected), unknown]
    );
    assert_eq!(desk.balance(&transit).await, 0);
    let late = of_bank(FileKind::PaymentStatus, report("R3", &number, "ACSC"));
    assert_eq!(effects(entries(&desk, late).await), [Some(EntryEffect::Contradicts), unknown]);
    assert_eq!(desk.balance(&transit).await, 0, "a contradiction changes nothing");
    // It is for a person to find out about; the same report again opens nothing more.
    let [item] = desk.items().await.try_into().unwrap();
    assert_eq!((item.cause, item.record_number), (Cause::PayoutUnknown, number.clone()));
    let again = of_bank(FileKind::PaymentStatus, report("R4", &number, "ACSC"));
    let told = entries(&desk, again).await;
    assert_eq!(told[0].error_item, Some(item.id));
    assert_eq!(desk.items().await.len(), 1);
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_advice_announces_a_return_and_books_nothing(pool: PgPool) {
    let (desk, number) = desk_with_a_sent_payout(pool).await;
    let before = desk.balance(&AccountRef::payouts_in_transit()).await;
    let text = format!(
        "<Document><BkToCstmrDbtCdtNtfctn><Ntfctn><Id>N1</Id><Acct><Id><Othr><Id>77</Id></Othr></Id>\
         <Ccy>CNY</Ccy></Acct><Ntry><Amt Ccy=\"CNY\">88.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
         <Sts>BOOK</Sts><BookgDt><Dt>2026-03-31</Dt></BookgDt><NtryDtls><TxDtls><Refs>\
         <EndToEndId>{number}</EndToEndId></Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>\
         </NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    );
    let new = of_bank(FileKind::Notification, named("advice.xml", text));
    let found = entries(&desk, new).await;
    assert_eq!(found[0].effect, Some(EntryEffect::AnnouncesReturn));
    assert!(found[0].payout.is_some());
    assert_eq!(desk.balance(&AccountRef::payouts_in_transit()).await, before);
}

/// A record of UnionPay's error trades about the trade of a query number, which charges us.
fn error_trade(trace: &str, original: &str, original_trace: &str) -> NamedFile {
    let mut record = vec![b' '; 339];
    let mut put =
        |at: usize, text: &str| record[at..at + text.len()].copy_from_slice(text.as_bytes());
    let fields = [
        (0, "E74"),
        (4, "48020000   "),
        (16, "00010000   "),
        (28, trace),
        (35, "0331101500"),
        (46, "622202******0001   "),
        (66, "000000010000"),
        (79, "5411"),
        (84, "07"),
        (87, "01"),
        (90, original_trace),
        (97, original),
        (108, "4853"),
        (113, "000000010000"),
        (126, "D000000000024"),
        (140, "D000000010024"),
        (170, desk::OUR_NUMBER),
    ];
    for (at, text) in fields {
        put(at, text);
    }
    named(&format!("INN26033188ZME_{}", desk::OUR_NUMBER), record)
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_error_trade_opens_an_item_about_the_trade_it_charges_back(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    let mut traded = row(1, 10_000);
    traded.channel_no = "202603310915000001237".to_owned();
    desk.import(as_bill(bill(&[traded]))).await.unwrap();
    let file = error_trade("004311", "0331091500", "000123");
    let new = NewFile { kind: FileKind::Disputes, ..as_bill(file) };
    let found = entries(&desk, new).await;
    assert_eq!(found[0].effect, Some(EntryEffect::ErrorItem));
    assert!(found[0].bill_line.is_some());
    let items = desk.items().await;
    assert_eq!((items.len(), items[0].cause), (1, Cause::OnlyInChannel));
    assert_eq!(items[0].difference.minor(), -10_024);
    // Comparing the day's bill does not close what the error file said.
    desk.reconcile_bank().await;
    assert_eq!(desk.items().await.len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn fund_bills_and_summaries_keep_their_rows(pool: PgPool) {
    let desk = desk::open(pool).await;
    let text = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),\
                账户结余(元),资金变更提交申请人,备注,业务凭证号\n\
                `2026-03-31 09:00:00,`4200,`F1,`交易,`交易,`收入,`1.00,`11.00,`system,`,`P1\n\
                资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`1.0,`1.0,`1.00,`0.0,`0.00\n";
    let new = NewFile {
        channel: Some("wechat".to_owned()),
        ..as_kind(FileKind::FundBill, named("fund-20260331.csv", text))
    };
    let found = entries(&desk, new).await;
    assert_eq!((found.len(), found[0].number.as_str()), (1, "P1"));
    assert_eq!(found[0].balance.unwrap().minor(), 1_100);
}
