use crate::fixture::{self, CUSTODY, day};
use backoffice::reserve::{self, Instruction, ReserveError};
use domain::ids::PayoutId;
use domain::money::Money;
use domain::page::PageRequest;
use domain::payout::Payee;
use domain::reserve::cover::Cell;
use ledger::entries::{self, Banks, Cash};
use ledger::{AccountRef, Entry, Line};
use sqlx::PgPool;

const BANKS: Banks<'_> = Banks { reserve: "", own: "" };

fn payee(account: &str) -> Payee {
    Payee {
        account: account.to_owned(),
        name: "M100001".to_owned(),
        bank: "Bank of Tests".to_owned(),
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_is_owed_is_covered_from_payment_to_channel_funds(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-31").await;
    house.books_are_sound().await;
    house.funds_arrive(10_000).await;
    house.books_are_sound().await;
    let proof = reserve::show_proof(&house.office, &house.maker).await.unwrap();
    assert_eq!(proof.claims, Money::cny(9_940));
    assert_eq!(proof.amount(Cell::M1), Money::cny(10_000));
    assert_eq!(proof.amount(Cell::M7), Money::cny(0));
    // The fee of 0.60 is ours; the cost of 0.24 is spent but still in the account.
    assert_eq!(proof.own, Money::cny(60));
    assert_eq!(proof.amount(Cell::M4), Money::cny(60));
    assert_eq!(proof.amount(Cell::M13), Money::cny(9_940));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn channel_cost_paid_net_and_fees_swept_keep_the_proof(pool: PgPool) {
    let house = fixture::open(pool).await;
    let payment = house.paid((house.shop, None), "2026-03-31").await;
    house.funds_arrive(9_976).await;
    let id = payment.into();
    let kept = (Money::cny(0), Money::cny(24));
    house
        .books(id, |event| {
            entries::channel_funds_net(event, "unionpay", Cash::Reserve(""), kept).unwrap()
        })
        .await;
    house.books_are_sound().await;
    house.books(id, |event| entries::fees_swept(event, BANKS, Money::cny(36))).await;
    house.books_are_sound().await;
    let proof = reserve::show_proof(&house.office, &house.maker).await.unwrap();
    assert_eq!((proof.amount(Cell::M1).minor(), proof.own.minor()), (9_940, 0));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_loss_opens_a_gap_until_own_funds_are_paid_in(pool: PgPool) {
    let house = fixture::open(pool).await;
    let payment = house.paid((house.shop, None), "2026-03-31").await;
    let id = payment.into();
    let missing = Money::cny(10_000);
    house.books(id, |event| entries::short_found(event, "unionpay", missing)).await;
    house.books_are_sound().await; // looked for: an unreached item
    let loss = Line {
        debit: AccountRef::loss_written_off(),
        credit: AccountRef::short_suspense(),
        amount: missing,
        memo: "written off".to_owned(),
    };
    house.books(id, |event| entries::ruled(event, Entry::BankShort, [loss]).unwrap()).await;
    let proof = reserve::show_proof(&house.office, &house.maker).await.unwrap();
    assert_eq!(proof.gap, Money::cny(9_940));
    house.books(id, |event| entries::own_funds_lodged(event, BANKS, missing)).await;
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn too_little_in_the_reserve_is_refused_by_how_much(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-31").await;
    house.funds_arrive(5_000).await;
    let payee = payee("62M100001");
    let ask = |fen| Instruction {
        account: house.reserve,
        payout: PayoutId(house.office.new_id()),
        source: domain::payout::PayoutSource::Settlement,
        whom: reserve::Whom::Merchant,
        merchant: house.shop,
        payee: &payee,
        amount: Money::cny(fen),
    };
    let mut tx = house.office.begin().await.unwrap();
    reserve::authorise(&mut tx, &house.office, &ask(3_000)).await.unwrap();
    let refused = reserve::authorise(&mut tx, &house.office, &ask(2_500)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "reserve account PBOC-1 has 20.00 CNY free but 25.00 CNY is wanted: 5.00 CNY short; wait \
         for channel funds or pay fewer"
    );
}

#[sqlx::test(migrations = "../../../migrations")]
async fn nobody_is_paid_but_the_registered_account(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-31").await;
    house.funds_arrive(10_000).await;
    let instruction = Instruction {
        account: house.reserve,
        payout: PayoutId(house.office.new_id()),
        source: domain::payout::PayoutSource::Settlement,
        whom: reserve::Whom::Merchant,
        merchant: house.shop,
        payee: &payee("6200SOMEBODYELSE"),
        amount: Money::cny(100),
    };
    let mut tx = house.office.begin().await.unwrap();
    let refused = reserve::authorise(&mut tx, &house.office, &instruction).await.unwrap_err();
    assert!(matches!(refused, ReserveError::Transfer(_)), "{refused}");
    assert!(refused.to_string().contains("registered"));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_last_statement_stands_beside_our_books(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-31").await;
    house.funds_arrive(10_000).await;
    let mut conn = house.office.db.acquire().await.unwrap();
    for (date, closing) in [("2026-03-31", 9_000), ("2026-03-30", 1)] {
        let closing = Money::cny(closing);
        reserve::record_statement_balance(&mut conn, CUSTODY, day(date), closing).await.unwrap();
    }
    let unknown =
        reserve::record_statement_balance(&mut conn, "1", day("2026-03-31"), Money::cny(1)).await;
    assert!(matches!(unknown, Err(ReserveError::UnknownAccount(_))));
    drop(conn);
    let mut conn = house.office.db.acquire().await.unwrap();
    let proof = reserve::proof_on(&mut conn, day("2026-03-31")).await.unwrap();
    // The bank says 10.00 less than the books, and no line explains it.
    assert_eq!(proof.amount(Cell::M1), Money::cny(9_000));
    assert_eq!(proof.gap, Money::cny(1_000));
    assert!(reserve::proof(&mut conn).await.unwrap().holds());
    drop(conn);
    let accounts = reserve::list(&house.office, &house.maker).await.unwrap();
    assert_eq!(accounts[0].booked, Money::cny(10_000));
    let page = PageRequest::default();
    let detail = reserve::find(&house.office, &house.maker, house.reserve, page).await.unwrap();
    assert_eq!(detail.account, accounts[0]);
    let refused = reserve::list(&house.office, &house.operations).await;
    assert!(matches!(refused, Err(ReserveError::Forbidden(_))));
}
