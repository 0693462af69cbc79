//! Limits of payers and thresholds of channels' health are changed by two people.

use crate::office::{World, order, today};
use backoffice::channels::{self, ChannelError};
use backoffice::limits::{self, LimitError};
use backoffice::{approvals, work};
use domain::access::{Actor, Role};
use domain::approval::Verdict;
use domain::channel::{ChannelChange, HealthPolicy, HealthState, Signal};
use domain::fee::Rate;
use domain::gateway::PaymentRequest;
use domain::ids::{ApprovalId, PaymentId};
use domain::limits::{
    AccountClass, AccountKind, LimitChange, LimitRow, Limits, PayerRequest, StructuringRule,
};
use domain::money::Money;
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

async fn approve(world: &World, checker: &Actor, id: ApprovalId) -> String {
    let detail = approvals::find(&world.office, checker, id).await.unwrap();
    let decision = (detail.content_hash.as_str(), Verdict::Approve, "");
    approvals::decide(&world.office, checker, id, decision).await.unwrap();
    work::run_until_idle(&world.office).await.unwrap();
    approvals::find(&world.office, checker, id).await.unwrap().summary.state
}

fn by_class_two(number: &str, amount: &str) -> PaymentRequest {
    let payer = PayerRequest {
        reference: "acct-1".to_owned(),
        class: Some("II".to_owned()),
        ..PayerRequest::default()
    };
    PaymentRequest { payer: Some(payer), ..order(number, amount) }
}

fn class_two(fen_a_day: i64) -> LimitRow {
    LimitRow {
        account: AccountKind::Bank,
        class: AccountClass::II,
        valid_from: today().next(),
        limits: Limits { per_day: Some(Money::cny(fen_a_day)), ..Limits::default() },
        source: "our own risk rule 7".to_owned(),
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn limits_change_on_their_day_after_two_people_said_so(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let change = LimitChange::Class { row: class_two(50_000) };
    let id = limits::propose_change(&world.office, &maker, &change).await.unwrap();
    let again = limits::propose_change(&world.office, &maker, &change).await.unwrap_err();
    assert!(matches!(again, LimitError::Approval(_)), "one of this class waits");
    assert_eq!(approve(&world, &checker, id).await, "executed");
    let (rows, to_come, _) = limits::table(&world.office, &checker).await.unwrap();
    assert_eq!((rows.len(), to_come), (6, vec![class_two(50_000)]));
    assert_eq!(world.take(&by_class_two("A-1", "600.00")).await.refusal, None, "not yet");
    world.office.clock.forward(Duration::days(1));
    assert!(world.take(&by_class_two("A-2", "600.00")).await.refusal.is_some());
    assert_eq!(world.take(&by_class_two("A-3", "500.00")).await.refusal, None);
    let told = limits::changes(&world.office, &maker).await.unwrap();
    assert_eq!((told.len(), told[0].state.as_str()), (1, "executed"));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn changes_of_other_classes_wait_side_by_side_and_what_met_another_row_is_stale(
    pool: PgPool,
) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let propose = async |row: LimitRow| {
        let change = LimitChange::Class { row };
        limits::propose_change(&world.office, &maker, &change).await.unwrap()
    };
    let two = propose(class_two(50_000)).await;
    let three = propose(LimitRow { class: AccountClass::III, ..class_two(10_000) }).await;
    sqlx::query("UPDATE payer_limits SET per_day_minor = 7 WHERE class = 'II'")
        .execute(&world.office.db)
        .await
        .unwrap();
    assert_eq!(approve(&world, &checker, two).await, "stale");
    assert_eq!(approve(&world, &checker, three).await, "executed");
    let told = approvals::differences::of(&world.office, &checker, two).await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].place, ["before", "per_day", "minor"]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn limits_that_make_no_sense_or_change_nothing_are_not_proposed(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let refused = async |row: LimitRow| {
        let change = LimitChange::Class { row };
        limits::propose_change(&world.office, &maker, &change).await.unwrap_err()
    };
    let late = LimitRow { valid_from: today().previous(), ..class_two(1) };
    assert!(matches!(refused(late).await, LimitError::Refused(_)));
    let (rows, _, rule) = limits::table(&world.office, &maker).await.unwrap();
    let two = rows.into_iter().find(|row| row.class == AccountClass::II).unwrap();
    let same = LimitRow { valid_from: today(), ..two };
    assert!(matches!(refused(same).await, LimitError::NothingToChange));
    let checker = world.person(Role::Manager).await;
    let change = LimitChange::Structuring { rule };
    let refused = limits::propose_change(&world.office, &checker, &change).await.unwrap_err();
    assert!(matches!(refused, LimitError::Forbidden(_)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn payments_look_cut_by_the_rule_in_force(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let rule = StructuringRule {
        share: Rate::from_ppm(800_000).unwrap(),
        payments_min: 2,
        window_hours: 1,
        watched: vec![Money::cny(100_000)],
    };
    let change = LimitChange::Structuring { rule: rule.clone() };
    let id = limits::propose_change(&world.office, &maker, &change).await.unwrap();
    assert_eq!(approve(&world, &checker, id).await, "executed");
    assert_eq!(limits::table(&world.office, &maker).await.unwrap().2, rule);
    for (number, amount) in [("A-1", "900.00"), ("A-2", "850.00")] {
        world.take(&by_class_two(number, amount)).await;
    }
    let found = limits::conspicuous(&world.office, &maker, world.books).await.unwrap();
    assert_eq!((found.len(), found[0].1.payments), (1, 2));
}

async fn health(world: &World, channel: &str) -> (HealthState, HealthPolicy) {
    let auditor = world.person(Role::Auditor).await;
    let standing = channels::find(&world.office, &auditor, channel).await.unwrap().standing;
    (standing.health, standing.policy)
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_channel_is_withdrawn_by_the_thresholds_two_people_agreed(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let (_, before) = health(&world, "unionpay").await;
    let policy = HealthPolicy { answers_min: 2, pause_seconds: 30, ..before };
    let change = ChannelChange::Health { policy };
    let id = channels::propose_change(&world.office, &maker, "unionpay", &change).await.unwrap();
    let sunset = ChannelChange::Validity { valid_from: None, valid_until: Some(today()) };
    channels::propose_change(&world.office, &maker, "unionpay", &sunset).await.unwrap();
    assert_eq!(approve(&world, &checker, id).await, "executed", "the other one still waits");
    assert_eq!(health(&world, "unionpay").await.1, policy);
    let mut conn = world.office.db.acquire().await.unwrap();
    for _ in 0..2 {
        let payment = PaymentId(Uuid::from_u128(1));
        let word = channels::Word { channel: "unionpay", payment, signal: Signal::Silent };
        channels::heard(&mut conn, &world.office, &[word]).await.unwrap();
    }
    let (HealthState::Withdrawn { since, until, .. }, _) = health(&world, "unionpay").await else {
        panic!("two missing answers are enough now");
    };
    assert_eq!(until - since, Duration::seconds(30));
    let told = channels::changes(&world.office, &maker, "unionpay").await.unwrap();
    assert_eq!(told.len(), 2);
    let others = channels::changes(&world.office, &maker, "bank").await.unwrap();
    assert!(others.is_empty());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn thresholds_that_cannot_be_kept_are_not_proposed(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let (_, before) = health(&world, "unionpay").await;
    for (policy, nothing) in [(HealthPolicy { window_seconds: 0, ..before }, false), (before, true)]
    {
        let change = ChannelChange::Health { policy };
        let refused = channels::propose_change(&world.office, &maker, "unionpay", &change).await;
        let refused = refused.unwrap_err();
        assert_eq!(matches!(refused, ChannelError::NothingToChange), nothing, "{refused}");
        assert_eq!(matches!(refused, ChannelError::Policy(_)), !nothing, "{refused}");
    }
}
