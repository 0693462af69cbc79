//! Stories about the orders by which documents have banks move the reserve: sent once, asked about
//! while nobody knows what became of them, held back by a stop like every other send.

use crate::bank::Mood;
use crate::fixture::{self, House};
use backoffice::payouts::{self, PayoutError};
use backoffice::reconciliation::{self, NewFile};
use backoffice::reserve::{self, NewAccount};
use banks::front::NamedFile;
use domain::approval::Verdict;
use domain::ids::{ReserveDocumentId, StatementLineId};
use domain::money::Money;
use domain::page::PageRequest;
use domain::payout::{PayoutFileDetail, PayoutWay, StopScope, WaySetting};
use domain::reserve::Purpose;
use domain::reserve::document::{DocumentKind, DocumentRequest, DocumentState};
use domain::source_file::FileKind;
use sqlx::PgPool;

/// Fees of 0.60 are earned, and there is an account of our own to carry them to.
async fn house(pool: PgPool) -> House {
    let house = fixture::open(pool).await;
    let own = NewAccount {
        code: "OWN-1".to_owned(),
        purpose: Purpose::OwnFunds,
        bank_name: "Bank of Tests".to_owned(),
        account_no: "8801".to_owned(),
        front: "unionpay".to_owned(),
    };
    let mut conn = house.office.db.acquire().await.unwrap();
    reserve::open_account(&mut conn, &house.office, &own).await.unwrap();
    house.paid((house.shop, None), "2026-03-31").await;
    house.funds_arrive(10_000).await;
    house
}

/// A sweep of 0.40 that two people agreed on, and whatever the workers do then; its number.
async fn swept(house: &House) -> (ReserveDocumentId, String) {
    let request = DocumentRequest {
        id: ReserveDocumentId(house.office.new_id()),
        kind: DocumentKind::FeeSweep,
        amount: Money::cny(40),
        from: Purpose::Custody,
        house: String::new(),
        bank_ref: String::new(),
        grounds: "month end".to_owned(),
    };
    let House { office, maker, checker, .. } = house;
    let id = reserve::propose_document(office, maker, &request).await.unwrap();
    let document = reserve::find_document(office, maker, id).await.unwrap();
    house.decide(checker, document.approval, Verdict::Approve).await.unwrap();
    house.work().await;
    (id, document.summary.number.replace('-', ""))
}

async fn sent(house: &House, id: ReserveDocumentId) -> (Option<String>, i32) {
    sqlx::query_as("SELECT sent, queries FROM reserve_documents WHERE id = $1")
        .bind(id.0)
        .fetch_one(&house.office.db)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_whose_answer_was_lost_is_asked_about_and_known(pool: PgPool) {
    let house = house(pool).await;
    house.bank.will(&[Mood::DoesItSilently]);
    let (id, number) = swept(&house).await;
    assert_eq!(sent(&house, id).await, (Some("accepted".to_owned()), 1));
    assert_eq!(house.bank.queried(), std::slice::from_ref(&number));
    assert_eq!(house.bank.sent(), [number], "ordered once");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_the_bank_does_not_know_is_asked_about_again_and_never_sent_again(pool: PgPool) {
    let house = house(pool).await;
    house.bank.will(&[Mood::LosesIt]);
    let (id, _) = swept(&house).await;
    for _ in 0..3 {
        house.wait(60).await;
    }
    let (state, queries) = sent(&house, id).await;
    assert_eq!(state.as_deref(), Some("unknown"));
    assert!(queries >= 4, "{queries}");
    assert_eq!(house.bank.sent().len(), 1);
    let document = reserve::find_document(&house.office, &house.maker, id).await.unwrap();
    assert_eq!(document.summary.state, DocumentState::Approved, "its amount stays promised");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_the_bank_says_another_amount_of_is_not_accepted(pool: PgPool) {
    let house = house(pool).await;
    house.bank.will(&[Mood::MisstatesAmount]);
    let (id, _) = swept(&house).await;
    // The first answer tells another amount; asked again, the bank tells the right one.
    assert_eq!(sent(&house, id).await, (Some("accepted".to_owned()), 1));
    assert_eq!(house.bank.sent().len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_worker_killed_while_ordering_leaves_it_unknown_and_it_is_asked_about(pool: PgPool) {
    let house = house(pool).await;
    let all = StopScope::new("all", "").unwrap();
    let House { office, maker, checker, second_checker, .. } = &house;
    let stop = payouts::pull(office, maker, (&all, "a drill")).await.unwrap();
    let (id, _) = swept(&house).await;
    assert_eq!(sent(&house, id).await, (None, 0), "a stop holds back every send");
    sqlx::query("UPDATE reserve_documents SET sent = 'sending'").execute(&office.db).await.unwrap();
    payouts::lift(office, checker, stop).await.unwrap();
    payouts::lift(office, second_checker, stop).await.unwrap();
    house.wait(1).await;
    let (state, queries) = sent(&house, id).await;
    assert_eq!(state.as_deref(), Some("unknown"));
    assert!(queries >= 1);
    assert!(house.bank.sent().is_empty());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_stop_of_a_bank_holds_back_its_orders_until_two_lift_it(pool: PgPool) {
    let house = house(pool).await;
    let House { office, maker, checker, second_checker, .. } = &house;
    let bank = StopScope::new("bank", "bank").unwrap();
    let stop = payouts::pull(office, maker, (&bank, "odd")).await.unwrap();
    let (id, number) = swept(&house).await;
    assert!(house.bank.sent().is_empty());
    payouts::lift(office, checker, stop).await.unwrap();
    payouts::lift(office, second_checker, stop).await.unwrap();
    house.wait(1).await;
    assert_eq!(sent(&house, id).await.0.as_deref(), Some("accepted"));
    assert_eq!(house.bank.sent(), [number]);
}

/// The custody account pays by file from now on.
async fn by_file(house: &House) {
    let by_file = WaySetting { way: PayoutWay::File, holder: Some("Countinghouse".to_owned()) };
    let mut tx = house.office.begin().await.unwrap();
    reserve::set_payout_way(&mut tx, house.reserve, &by_file).await.unwrap();
    tx.commit().await.unwrap();
}

async fn files(house: &House) -> Vec<PayoutFileDetail> {
    let page = PageRequest::default();
    let House { office, maker, .. } = house;
    let mut files = Vec::new();
    for file in payouts::list_files(office, maker, (None, page)).await.unwrap().rows {
        files.push(payouts::find_file(office, maker, file.id).await.unwrap());
    }
    files
}

/// A status report about the only transfer of a file.
async fn report(house: &House, (file, number, status): (&str, &str, &str)) {
    let text = format!(
        "<Document><CstmrPmtStsRpt><GrpHdr><MsgId>R-{file}-{status}</MsgId></GrpHdr>\
         <OrgnlGrpInfAndSts><OrgnlMsgId>{file}</OrgnlMsgId></OrgnlGrpInfAndSts>\
         <OrgnlPmtInfAndSts><OrgnlPmtInfId>{file}</OrgnlPmtInfId><TxInfAndSts>\
         <OrgnlEndToEndId>{number}</OrgnlEndToEndId><TxSts>{status}</TxSts>\
         <StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>\
         </CstmrPmtStsRpt></Document>"
    );
    let new = NewFile {
        kind: FileKind::PaymentStatus,
        channel: Some("bank".to_owned()),
        merchant: None,
        clearing_date: Some(fixture::day("2026-03-31")),
        replaces: None,
        file: NamedFile { name: format!("{status}.xml"), bytes: text.into_bytes() },
    };
    reconciliation::import(&house.office, &house.operations, new).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_from_an_account_that_pays_by_file_leaves_in_a_file_of_its_own(pool: PgPool) {
    let house = house(pool).await;
    by_file(&house).await;
    let (id, number) = swept(&house).await;
    assert_eq!(sent(&house, id).await, (Some("sending".to_owned()), 0));
    let [file] = &files(&house).await[..] else { panic!("one file") };
    assert_eq!(file.summary.document.as_ref().unwrap().0, id);
    assert_eq!((file.summary.batch.as_ref(), file.summary.open), (None, 1));
    let taken = payouts::hand_out(&house.office, &house.maker, file.summary.id).await.unwrap();
    assert!(banks::seal::holds(&file.public_key, &taken.bytes, &file.signature));
    let text = String::from_utf8(taken.bytes).unwrap();
    for part in [number.as_str(), fixture::CUSTODY, "8801", "<CtrlSum>0.40</CtrlSum>"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // Workers that take the jobs up again write nothing more, and ask nobody.
    for kind in ["reserve.send_document", "reserve.write_document_file"] {
        sqlx::query("UPDATE jobs SET state = 'queued', run_at = $1 WHERE kind = $2")
            .bind(house.office.now())
            .bind(kind)
            .execute(&house.office.db)
            .await
            .unwrap();
        house.work().await;
    }
    assert_eq!(files(&house).await.len(), 1);
    assert_eq!(sent(&house, id).await.0.as_deref(), Some("sending"));
    let file = file.summary.number.as_str();
    for (says, known) in [("ACSP", "accepted"), ("PDNG", "accepted"), ("ACSC", "accepted")] {
        report(&house, (file, &number, says)).await;
        assert_eq!(sent(&house, id).await.0.as_deref(), Some(known), "{says}");
    }
    assert!(house.bank.sent().is_empty(), "the bank is not asked directly");
    // The statement proves it, as it does every document.
    let mut tx = house.office.begin().await.unwrap();
    let evidence = reserve::Evidence {
        line: statement_line(&mut tx).await,
        purpose: Purpose::Custody,
        number: Some(&number),
        bank_ref: "B1",
        amount: Money::cny(-40),
        at: house.office.now(),
    };
    assert!(reserve::confirm(&mut tx, &house.office, &evidence).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(files(&house).await[0].summary.open, 0);
    house.books_are_sound().await;
}

/// A line of an imported statement.
async fn statement_line(conn: &mut sqlx::PgConnection) -> StatementLineId {
    let ids = "SELECT id FROM source_files WHERE kind = 'payment_status' LIMIT 1";
    let file: uuid::Uuid = sqlx::query_scalar(ids).fetch_one(&mut *conn).await.unwrap();
    let id = uuid::Uuid::from_u128(7);
    sqlx::query(
        "INSERT INTO statement_lines (id, file_id, line, account_no, bank_ref, amount_minor,
                                      currency, booking_date, remittance)
         VALUES ($1, $2, 1, $3, 'B1', -40, 'CNY', '2026-03-31', '')",
    )
    .bind(id)
    .bind(file)
    .bind(fixture::CUSTODY)
    .execute(conn)
    .await
    .unwrap();
    id.into()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_the_bank_refuses_by_report_is_over_and_one_it_ignores_is_unknown(pool: PgPool) {
    let house = house(pool).await;
    by_file(&house).await;
    let (refused, number) = swept(&house).await;
    let file = files(&house).await.remove(0).summary;
    payouts::hand_out(&house.office, &house.maker, file.id).await.unwrap();
    report(&house, (&file.number, &number, "RJCT")).await;
    let document = reserve::find_document(&house.office, &house.maker, refused).await.unwrap();
    assert_eq!(document.summary.state, DocumentState::Rejected);
    assert!(document.conclusion.contains("AC04"), "{}", document.conclusion);

    let (ignored, _) = swept(&house).await;
    let file = files(&house).await.remove(0).summary;
    payouts::hand_out(&house.office, &house.maker, file.id).await.unwrap();
    house.wait(239).await;
    assert_eq!(sent(&house, ignored).await.0.as_deref(), Some("sending"));
    house.bank.will(&[Mood::LosesIt; 2]);
    house.wait(2).await;
    assert_eq!(sent(&house, ignored).await.0.as_deref(), Some("unknown"));
    assert!(house.bank.sent().is_empty(), "asked about, never sent");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_stop_keeps_an_order_out_of_files_and_its_file_in_the_house(pool: PgPool) {
    let house = house(pool).await;
    by_file(&house).await;
    let House { office, maker, checker, second_checker, .. } = &house;
    let bank = StopScope::new("bank", "bank").unwrap();
    let stop = payouts::pull(office, maker, (&bank, "odd")).await.unwrap();
    swept(&house).await;
    assert!(files(&house).await.is_empty());
    payouts::lift(office, checker, stop).await.unwrap();
    payouts::lift(office, second_checker, stop).await.unwrap();
    house.wait(1).await;
    let file = files(&house).await.remove(0).summary;
    payouts::pull(office, maker, (&bank, "odd again")).await.unwrap();
    let held = payouts::hand_out(office, maker, file.id).await;
    assert!(matches!(held, Err(PayoutError::OrderStopped)), "{held:?}");
}
