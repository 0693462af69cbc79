use crate::office::{World, order, today};
use backoffice::orders::{self, OrderError};
use backoffice::payments::{self, PaymentError};
use backoffice::work;
use banks::bill::Problem;
use domain::access::{Actor, Role};
use domain::account::AccountRef;
use domain::money::Money;
use domain::order::{OrderDetail, OrderFile, OrderFilter, OrderState, OrderStatus};
use domain::page::PageRequest;
use domain::payment::PaymentFilter;
use sqlx::PgPool;

const HEAD: &str =
    "order_no,merchant,product,amount,currency,status,paid_at,channel,channel_no,clearing_date\n";

fn paid(number: &str, amount: &str) -> String {
    format!(
        "{number},M100001,quick_pay,{amount},CNY,paid,2017-07-18 20:05:11,unionpay,C{number},\
         2017-07-18\n"
    )
}

async fn import(world: &World, actor: &Actor, rows: &str) -> Result<OrderFile, PaymentError> {
    let bytes = format!("{HEAD}{rows}");
    payments::import_orders(&world.office, actor, "orders.csv", bytes.as_bytes()).await
}

async fn problems(world: &World, actor: &Actor, rows: &str) -> Vec<Problem> {
    match import(world, actor, rows).await {
        Err(PaymentError::Order(OrderError::FileRefused(problems))) => problems,
        other => panic!("{other:?}"),
    }
}

async fn orders_stored(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(&world.office.db).await.unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_book_becomes_orders_payments_and_journals(pool: PgPool) {
    let world = World::new(pool).await;
    let operations = world.person(Role::Operations).await;
    let rows = format!(
        "{}{}A3,M100001,quick_pay,7.00,CNY,failed,,,,\nA4,M100001,quick_pay,7.00,CNY,closed,,,,\n",
        paid("A1", "5768.00"),
        paid("A2", "100.00"),
    );
    let file = import(&world, &operations, &rows).await.unwrap();
    assert_eq!((file.rows, file.paid_count, file.paid), (4, 2, Money::cny(586_800)));
    work::run_until_idle(&world.office).await.unwrap();

    for (account, fen) in [
        (AccountRef::due_from_channel("unionpay"), 586_800),
        (AccountRef::merchant_unsettled(world.books), 586_800 - 3_461 - 60),
        (AccountRef::fee_income(), 3_521),
        (AccountRef::payable_channel_fees("unionpay"), 48),
    ] {
        assert_eq!(world.balance(&account).await, Money::cny(fen), "{account}");
    }
    let filter = PaymentFilter { text: Some("A1".to_owned()), ..Default::default() };
    let page = PageRequest::default();
    let found = payments::list(&world.office, &operations, &filter, None).await.unwrap();
    let payment = &found.rows[0].payment;
    assert_eq!((payment.number.as_str(), payment.cost), ("A1", Money::cny(24)));
    let success = payment.success().unwrap();
    assert_eq!(success.channel_no, "CA1");
    assert_eq!(success.clearing_date.to_string(), "2017-07-18");
    assert_eq!(success.accounting_date, today());

    let filter = OrderFilter { status: Some(OrderStatus::Paid), ..Default::default() };
    let orders = orders::list(&world.office, &operations, &filter, page).await.unwrap();
    assert_eq!(orders.total, 2);
    let detail: OrderDetail =
        orders::find(&world.office, &operations, payment.order).await.unwrap();
    assert_eq!(detail.origin, Some((file.id, 2)));
    assert!(matches!(detail.summary.order.state, OrderState::Paid { .. }));
    let files = orders::import::list(&world.office, &operations, page).await.unwrap();
    assert!(files.rows[0].booked_at.is_some());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_large_book_is_booked_in_steps_and_once(pool: PgPool) {
    let world = World::new(pool).await;
    let operations = world.person(Role::Operations).await;
    let rows: String = (0..450).map(|number| paid(&format!("N{number}"), "10.00")).collect();
    import(&world, &operations, &rows).await.unwrap();
    work::run_until_idle(&world.office).await.unwrap();
    let due = AccountRef::due_from_channel("unionpay");
    assert_eq!(world.balance(&due).await, Money::cny(450_000));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_same_file_twice_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let operations = world.person(Role::Operations).await;
    let rows = paid("A1", "100.00");
    import(&world, &operations, &rows).await.unwrap();
    let again = import(&world, &operations, &rows).await.unwrap_err();
    assert!(matches!(again, PaymentError::Order(OrderError::FileKnown { .. })), "{again}");
    work::run_until_idle(&world.office).await.unwrap();
    let due = AccountRef::due_from_channel("unionpay");
    assert_eq!(world.balance(&due).await, Money::cny(10_000));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn one_bad_row_keeps_the_whole_book_out(pool: PgPool) {
    let world = World::new(pool).await;
    let operations = world.person(Role::Operations).await;
    let good = paid("A1", "100.00");
    for amount in ["-1", "0.001", "1e3", "１００", "12345678901234567890"] {
        let rows = format!("{good}{}", paid("A2", amount));
        let found = problems(&world, &operations, &rows).await;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].field.as_deref()), (Some(3), Some("amount")));
    }
    for (from, to, field) in [
        ("M100001", "M999999", "merchant"),
        ("unionpay", "cash", "channel"),
        ("quick_pay", "bank_transfer", "product"),
        (",2017-07-18\n", ",2016-12-31\n", "product"),
    ] {
        let rows = format!("{good}{}", paid("A2", "5.00").replace(from, to));
        let found = problems(&world, &operations, &rows).await;
        assert_eq!((found[0].line, found[0].field.as_deref()), (Some(3), Some(field)), "{to}");
    }
    assert_eq!(orders_stored(&world).await, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn numbers_that_are_taken_are_refused_by_line(pool: PgPool) {
    let world = World::new(pool).await;
    let operations = world.person(Role::Operations).await;
    import(&world, &operations, &paid("A1", "100.00")).await.unwrap();
    work::run_until_idle(&world.office).await.unwrap();
    let rows = format!("{}{}", paid("A2", "1.00"), paid("A1", "1.00"));
    let found = problems(&world, &operations, &rows).await;
    assert_eq!((found[0].line, found[0].field.as_deref()), (Some(3), Some("order_no")));
    assert_eq!(orders_stored(&world).await, 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn bytes_that_are_no_text_are_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let operations = world.person(Role::Operations).await;
    let mut bytes = format!("{HEAD}{}", paid("A1", "1.00")).into_bytes();
    bytes.extend_from_slice(&[0xff, 0xfe, 0xff]);
    let refused = payments::import_orders(&world.office, &operations, "o.csv", &bytes).await;
    assert!(refused.unwrap_err().to_string().contains("neither valid UTF-8 nor valid GB18030"));
    assert_eq!(orders_stored(&world).await, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn only_operations_bring_order_books(pool: PgPool) {
    let world = World::new(pool).await;
    let manager = world.person(Role::Manager).await;
    let refused = import(&world, &manager, &paid("A1", "1.00")).await;
    assert!(matches!(refused, Err(PaymentError::Forbidden(_))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_is_found_with_its_way_through_the_systems(pool: PgPool) {
    let world = World::new(pool).await;
    let view = world.pay(&order("A-1", "1.00")).await;
    let auditor = world.person(Role::Auditor).await;
    let filter = OrderFilter { text: Some(" A-1 ".to_owned()), ..Default::default() };
    let page = orders::list(&world.office, &auditor, &filter, PageRequest::default()).await;
    assert_eq!(page.unwrap().rows[0].payment, view.id);
    let detail = orders::find(&world.office, &auditor, view.order).await.unwrap();
    assert_eq!(detail.hops.len(), 7);
    assert_eq!(detail.origin, None);
}
