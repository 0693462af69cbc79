//! Documents that move the reserve itself: bounded, decided by a second person, ordered at the bank
//! once, booked when the statement shows them; and the quota payouts stop short of.

use crate::fixture::{self, CUSTODY, House, day, lost, missing};
use backoffice::reserve::{self, Evidence, Instruction, NewAccount, ReserveError};
use domain::approval::Verdict;
use domain::ids::{PayoutId, ReserveDocumentId, StatementLineId};
use domain::money::Money;
use domain::page::PageRequest;
use domain::payout::Payee;
use domain::reserve::Purpose;
use domain::reserve::cover::Cell;
use domain::reserve::document::{
    DocumentDetail, DocumentKind, DocumentRefused, DocumentRequest, DocumentState,
};
use domain::reserve::forecast::Expectation;
use sqlx::PgPool;

async fn with_accounts(pool: PgPool) -> House {
    let house = fixture::open(pool).await;
    let mut conn = house.office.db.acquire().await.unwrap();
    for (code, purpose, no) in
        [("OWN-1", Purpose::OwnFunds, "8801"), ("SPEC-1", Purpose::Special, "9901")]
    {
        let account = NewAccount {
            code: code.to_owned(),
            purpose,
            bank_name: "Bank of Tests".to_owned(),
            account_no: no.to_owned(),
            front: "unionpay".to_owned(),
        };
        reserve::open_account(&mut conn, &house.office, &account).await.unwrap();
    }
    house
}

fn request(house: &House, kind: DocumentKind, fen: i64) -> DocumentRequest {
    DocumentRequest {
        id: ReserveDocumentId(house.office.new_id()),
        kind,
        amount: Money::cny(fen),
        from: Purpose::Custody,
        house: String::new(),
        bank_ref: String::new(),
        grounds: "month end".to_owned(),
    }
}

/// Proposes, approves and lets workers carry it out.
async fn approved(house: &House, request: &DocumentRequest) -> DocumentDetail {
    let id = reserve::propose_document(&house.office, &house.maker, request).await.unwrap();
    let document = reserve::find_document(&house.office, &house.maker, id).await.unwrap();
    house.decide(&house.checker, document.approval, Verdict::Approve).await.unwrap();
    house.work().await;
    reserve::find_document(&house.office, &house.maker, id).await.unwrap()
}

/// A line of the statement of one of our accounts, as the reconciliation hands it in.
async fn line(house: &House, number: &str, (purpose, fen): (Purpose, i64)) -> bool {
    let id = StatementLineId(house.office.new_id());
    let file = house.office.new_id();
    let no = match purpose {
        Purpose::Custody => CUSTODY,
        Purpose::OwnFunds => "8801",
        Purpose::Special => "9901",
    };
    sqlx::query(
        "INSERT INTO source_files (id, kind, scope, account_no, name, sha256, bytes, length, format,
             parser_version, encoding, clearing_date, rows, totals, imported_by, imported_at)
         VALUES ($1, 'statement', $2 || $1::text, $2, 'statement', encode(sha256($3::bytea), 'hex'), '', 0,
             'camt053', 1, 'utf-8', '2026-03-31', 1, '[]', 'test', $4)",
    )
    .bind(file)
    .bind(no)
    .bind(file.as_bytes().as_slice())
    .bind(house.office.now())
    .execute(&house.office.db)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO statement_lines (id, file_id, line, account_no, bank_ref, amount_minor,
             currency, booking_date, remittance, explained_by, explained_at)
         VALUES ($1, $2, 1, $3, 'B', $4, 'CNY', '2026-03-31', 'x', 'reserve_document', $5)",
    )
    .bind(id.0)
    .bind(file)
    .bind(no)
    .bind(fen)
    .bind(house.office.now())
    .execute(&house.office.db)
    .await
    .unwrap();
    let mut tx = house.office.begin().await.unwrap();
    let evidence = Evidence {
        line: id,
        purpose,
        number: Some(number),
        bank_ref: "B",
        amount: Money::cny(fen),
        at: house.office.now(),
    };
    let about = reserve::confirm(&mut tx, &house.office, &evidence).await.unwrap();
    tx.commit().await.unwrap();
    about
}

/// One payment whose money arrived: fees of 0.60 earned, 0.24 owed to the channel.
async fn earned(house: &House) {
    house.paid((house.shop, None), "2026-03-31").await;
    house.funds_arrive(10_000).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn only_fees_earned_and_not_yet_carried_over_are_swept(pool: PgPool) {
    let house = with_accounts(pool).await;
    earned(&house).await;
    let much = request(&house, DocumentKind::FeeSweep, 61);
    let refused = reserve::preview_document(&house.office, &house.maker, &much).await;
    assert!(matches!(
        refused,
        Err(ReserveError::Document(DocumentRefused::MoreThanEarned { most, .. }))
            if most == Money::cny(60)
    ));
    let sweep = request(&house, DocumentKind::FeeSweep, 40);
    let preview = reserve::preview_document(&house.office, &house.maker, &sweep).await.unwrap();
    assert_eq!((preview.most, preview.gap), (Some(Money::cny(60)), Money::cny(0)));
    let waiting = approved(&house, &sweep).await;
    assert_eq!(waiting.summary.state, DocumentState::Approved);
    assert_eq!(house.balance("1012.01", "").await, 10_000, "nothing moves before the statement");
    // What is on its way is neither swept again nor paid out.
    let rest = request(&house, DocumentKind::FeeSweep, 21);
    assert!(reserve::preview_document(&house.office, &house.maker, &rest).await.is_err());
    let accounts = reserve::list(&house.office, &house.maker).await.unwrap();
    let custody = accounts.iter().find(|account| account.purpose == Purpose::Custody).unwrap();
    assert_eq!(custody.promised, Money::cny(40));

    let number = waiting.summary.number.replace('-', "");
    assert!(!line(&house, &number, (Purpose::Custody, -41)).await, "another amount");
    assert!(!line(&house, &number, (Purpose::Custody, 40)).await, "the other way round");
    assert!(line(&house, &number, (Purpose::OwnFunds, 40)).await);
    assert_eq!(house.balance("1002.01", "").await, 0, "our own side proves nothing");
    assert!(line(&house, &number, (Purpose::Custody, -40)).await);
    assert!(!line(&house, &number, (Purpose::Custody, -40)).await, "not twice");
    assert_eq!(house.balance("1002.01", "").await, 40);
    house.books_are_sound().await;
    let id = waiting.summary.id;
    let booked = reserve::find_document(&house.office, &house.maker, id).await.unwrap();
    assert_eq!((booked.summary.state, booked.journals.len()), (DocumentState::Booked, 1));
    let cover = reserve::show_proof(&house.office, &house.maker).await.unwrap();
    assert_eq!(cover.amount(Cell::M4), Money::cny(20));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn nothing_is_carried_over_while_there_is_a_gap(pool: PgPool) {
    let house = with_accounts(pool).await;
    earned(&house).await;
    let sweep = request(&house, DocumentKind::FeeSweep, 10);
    let id = reserve::propose_document(&house.office, &house.maker, &sweep).await.unwrap();
    assert_eq!(
        reserve::propose_document(&house.office, &house.maker, &sweep).await.unwrap(),
        id,
        "the same form again is the same document"
    );
    let payment = house.paid((house.shop, None), "2026-03-31").await.into();
    missing(&house, payment, 5_000).await;
    lost(&house, payment, 5_000).await;
    let another = request(&house, DocumentKind::FeeSweep, 10);
    let refused = reserve::preview_document(&house.office, &house.maker, &another).await;
    assert!(matches!(refused, Err(ReserveError::Document(DocumentRefused::Gap { .. }))));
    // The one proposed before is overtaken.
    let document = reserve::find_document(&house.office, &house.maker, id).await.unwrap();
    house.decide(&house.checker, document.approval, Verdict::Approve).await.unwrap();
    house.work().await;
    let document = reserve::find_document(&house.office, &house.maker, id).await.unwrap();
    assert_eq!(document.summary.state, DocumentState::Stale);
    assert!(document.conclusion.contains("gap"), "{}", document.conclusion);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn interest_is_shared_with_the_protection_fund_and_charges_are_ours(pool: PgPool) {
    let house = with_accounts(pool).await;
    earned(&house).await;
    let interest = request(&house, DocumentKind::Interest, 105);
    let missing = reserve::propose_document(&house.office, &house.maker, &interest).await;
    assert!(matches!(missing, Err(ReserveError::Document(DocumentRefused::BankRefMissing))));
    let interest = DocumentRequest { bank_ref: "INT-Q1".to_owned(), ..interest };
    let booked = approved(&house, &interest).await;
    assert_eq!((booked.summary.state, booked.journals.len()), (DocumentState::Booked, 2));
    assert_eq!(house.balance("2241.21", "").await, 10);
    assert_eq!(house.balance("6011.01", "").await, 95);
    let charge = request(&house, DocumentKind::BankCharge, 30);
    approved(&house, &DocumentRequest { bank_ref: "FEE-1".to_owned(), ..charge }).await;
    house.books_are_sound().await;
    let cover = reserve::show_proof(&house.office, &house.maker).await.unwrap();
    assert_eq!(cover.amount(Cell::M2), Money::cny(105));
    assert_eq!(cover.amount(Cell::M4), Money::cny(30), "charges are taken off unswept fees");
    // Of the interest only what is not the fund's may be carried over.
    let carry = request(&house, DocumentKind::InterestCarried, 96);
    let refused = reserve::preview_document(&house.office, &house.maker, &carry).await;
    assert!(matches!(
        refused,
        Err(ReserveError::Document(DocumentRefused::MoreThanEarned { most, .. }))
            if most == Money::cny(95)
    ));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn own_funds_are_lodged_and_no_more_is_taken_back(pool: PgPool) {
    let house = with_accounts(pool).await;
    earned(&house).await;
    let lodged = approved(&house, &request(&house, DocumentKind::OwnFundsLodged, 500)).await;
    let number = lodged.summary.number.replace('-', "");
    assert!(line(&house, &number, (Purpose::Custody, 500)).await);
    let cover = reserve::show_proof(&house.office, &house.maker).await.unwrap();
    assert_eq!(cover.amount(Cell::M3), Money::cny(500));
    assert!(cover.holds());
    let much = request(&house, DocumentKind::OwnFundsTakenBack, 501);
    let refused = reserve::preview_document(&house.office, &house.maker, &much).await;
    assert!(matches!(refused, Err(ReserveError::Document(DocumentRefused::MoreThanLodged { .. }))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_position_transfer_is_in_transit_between_its_two_statements(pool: PgPool) {
    let house = with_accounts(pool).await;
    earned(&house).await;
    let sent = approved(&house, &request(&house, DocumentKind::PositionTransfer, 700)).await;
    let number = sent.summary.number.replace('-', "");
    assert!(line(&house, &number, (Purpose::Custody, -700)).await);
    assert_eq!(house.balance("1012.09", "").await, 700);
    house.books_are_sound().await;
    let mut conn = house.office.db.acquire().await.unwrap();
    let gates = backoffice::trading_day::check_standing_gates(&mut conn).await.unwrap();
    assert!(gates.iter().all(|gate| gate.findings.is_empty()), "{gates:?}");
    drop(conn);
    assert!(line(&house, &number, (Purpose::Special, 700)).await);
    assert_eq!((house.balance("1012.09", "").await, house.balance("1012.02", "").await), (0, 700));
    let id = sent.summary.id;
    let booked = reserve::find_document(&house.office, &house.maker, id).await.unwrap();
    assert_eq!(booked.summary.state, DocumentState::Booked);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn payouts_stop_short_of_the_quota_and_say_by_how_much(pool: PgPool) {
    let house = with_accounts(pool).await;
    earned(&house).await;
    let earmark = |fen| DocumentRequest {
        house: "nucc".to_owned(),
        ..request(&house, DocumentKind::Earmark, fen)
    };
    let much = reserve::preview_document(&house.office, &house.maker, &earmark(10_001)).await;
    assert!(matches!(much, Err(ReserveError::Short { .. })), "no more than the account holds");
    let booked = approved(&house, &earmark(2_000)).await;
    assert_eq!(booked.summary.state, DocumentState::Booked);
    let mut tx = house.office.begin().await.unwrap();
    reserve::clear_over(&mut tx, house.reserve, "nucc").await.unwrap();
    let payee = Payee {
        account: "62M100001".to_owned(),
        name: "M100001".to_owned(),
        bank: "Bank of Tests".to_owned(),
    };
    let ask = |fen| Instruction {
        source: domain::payout::PayoutSource::Settlement,
        whom: reserve::Whom::Merchant,
        account: house.reserve,
        payout: PayoutId(house.office.new_id()),
        merchant: house.shop,
        payee: &payee,
        amount: Money::cny(fen),
    };
    let first = ask(1_500);
    reserve::authorise(&mut tx, &house.office, &first).await.unwrap();
    let refused = reserve::authorise(&mut tx, &house.office, &ask(800)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the quota at nucc has 5.00 CNY left but 8.00 CNY is wanted: 3.00 CNY short; earmark more \
         or pay fewer"
    );
    let released = domain::reserve::InstructionState::Released;
    reserve::conclude(&mut tx, &house.office, first.payout, released).await.unwrap();
    reserve::authorise(&mut tx, &house.office, &ask(800)).await.unwrap();
    tx.commit().await.unwrap();

    // The next day a new session begins with what was left.
    house.office.clock.forward(time::Duration::days(1));
    let sessions = reserve::quotas(&house.office, &house.maker).await.unwrap();
    let open = &sessions[0];
    assert_eq!((open.day, open.quota.mapped), (day("2026-04-01"), Money::cny(1_200)));
    assert_eq!(sessions[1].quota.net_position().unwrap(), Money::cny(-800));
    assert!(sessions[1].closed_at.is_some());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_forecast_lays_out_what_is_due_against_what_arrives(pool: PgPool) {
    let house = with_accounts(pool).await;
    house.paid((house.shop, None), "2026-03-31").await;
    let forecast = reserve::forecast(&house.office, &house.maker).await.unwrap();
    assert_eq!(forecast.opening, Money::cny(0));
    let tomorrow = &forecast.days[1];
    let lines: Vec<_> =
        tomorrow.expected.iter().map(|one| (one.what, one.amount.minor())).collect();
    assert_eq!(lines, [(Expectation::ChannelFunds, 10_000), (Expectation::SettlementDue, -9_940)]);
    assert_eq!(tomorrow.closing, Money::cny(60));
    house.office.clock.forward(time::Duration::days(3));
    let forecast = reserve::forecast(&house.office, &house.maker).await.unwrap();
    assert_eq!(forecast.overdue.len(), 1, "the channel is late");
    assert_eq!(forecast.days[0].closing, Money::cny(-9_940));
    let page = PageRequest::default();
    let nobody = reserve::incidents(&house.office, &house.operations, page).await;
    assert!(matches!(nobody, Err(ReserveError::Forbidden(_))));
}
