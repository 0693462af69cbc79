//! Outcomes nobody knows: asked after under one number, closed by two people, and what comes late
//! is a difference, not a loss.

use crate::bank::Act;
use crate::callbacks::{declined, done, due, listening, tell, unknown};
use crate::office::{World, order};
use backoffice::gateway::Taken;
use backoffice::payments::{self, PaymentError};
use backoffice::{error_items, orders, work};
use domain::access::Role;
use domain::error_item::{Action, Cause as Why, ErrorItemFilter, ErrorItemSummary, Resolution};
use domain::money::Money;
use domain::order::{OrderState, TransitionRecord};
use domain::payment::PaymentStatus;
use sqlx::PgPool;
use time::Duration;

async fn items(world: &World) -> Vec<ErrorItemSummary> {
    let all = ErrorItemFilter::default();
    let auditor = domain::access::Actor {
        roles: vec![Role::Auditor],
        ..world.person(Role::FinanceChecker).await
    };
    error_items::list(&world.office, &auditor, &all, None).await.unwrap().rows
}

async fn changes(world: &World, taken: &Taken) -> Vec<TransitionRecord> {
    let mut conn = world.office.db.acquire().await.unwrap();
    orders::transitions(&mut conn, taken.order).await.unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_success_after_a_refusal_becomes_a_difference_and_is_repaired_once(pool: PgPool) {
    let world = listening(pool).await;
    world.bank.will(&[Act::Decline]);
    let taken = world.take(&order("A-1", "100.00")).await;
    work::run_until_idle(&world.office).await.unwrap();
    let id = world.standing(&taken).await.id.unwrap();
    let number = id.0.simple().to_string();
    for delivery in ["d1", "d2"] {
        tell(&world, delivery, &done(&number, 10_000, "C1")).await;
    }
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Failed);
    assert_eq!(due(&world).await, Money::cny(0), "nothing is booked by its word alone");
    let found = items(&world).await;
    assert_eq!((found.len(), found[0].cause), (1, Why::Status));

    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let reason = "the channel's back office confirms it".to_owned();
    let repair = Resolution { action: Action::RepairToSuccess, reason };
    let proposal = error_items::propose(&world.office, &maker, found[0].id, &repair).await;
    world.approve(&checker, proposal.unwrap()).await;
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
    assert_eq!(due(&world).await, Money::cny(10_000));
    tell(&world, "d3", &done(&number, 10_000, "C1")).await;
    assert_eq!(due(&world).await, Money::cny(10_000));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn not_found_then_paid_is_never_sent_again(pool: PgPool) {
    let world = listening(pool).await;
    let (taken, number) = unknown(&world, "A-1").await;
    world.wait(Duration::minutes(5)).await;
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Unknown);
    world.bank.collects_late(&number, Money::cny(10_000));
    world.wait(Duration::minutes(10)).await;
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
    assert_eq!(world.bank.pay_calls(), [number]);
    assert_eq!(due(&world).await, Money::cny(10_000));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn two_people_close_it_and_a_late_success_becomes_a_difference(pool: PgPool) {
    let world = listening(pool).await;
    let (taken, number) = unknown(&world, "A-1").await;
    let id = world.standing(&taken).await.id.unwrap();
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let office = &world.office;
    let empty = payments::propose_closing(office, &maker, id, " ").await;
    assert!(matches!(empty, Err(PaymentError::ReasonMissing)));
    assert!(payments::propose_closing(office, &checker, id, "x").await.is_err());
    let proposal = payments::propose_closing(office, &maker, id, "the payer gave up").await;
    world.approve(&checker, proposal.unwrap()).await;
    let view = world.standing(&taken).await;
    assert_eq!(view.status, PaymentStatus::Failed);
    assert_eq!(view.failure.as_deref(), Some("closed: the payer gave up"));
    let last = changes(&world, &taken).await.pop().unwrap();
    assert_eq!((last.from.as_str(), last.to.as_str()), ("paying", "failed"));

    world.bank.collects_late(&number, Money::cny(10_000));
    world.wait(Duration::minutes(10)).await;
    assert_eq!(world.bank.pay_calls().len(), 1);
    assert_eq!(due(&world).await, Money::cny(0));
    let found = items(&world).await;
    assert_eq!((found.len(), found[0].cause), (1, Why::Status));
    assert_eq!(found[0].difference, Money::cny(10_000));
    world.wait(Duration::hours(2)).await;
    assert!(world.bank.queries() < 20, "certainty ends the questions");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn nothing_is_closed_whose_outcome_became_known(pool: PgPool) {
    let world = listening(pool).await;
    let (taken, number) = unknown(&world, "A-1").await;
    let id = world.standing(&taken).await.id.unwrap();
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let proposal = payments::propose_closing(&world.office, &maker, id, "the payer gave up").await;
    tell(&world, "d1", &done(&number, 10_000, "C1")).await;
    world.approve(&checker, proposal.unwrap()).await;
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
    let late = payments::propose_closing(&world.office, &maker, id, "again").await;
    assert!(matches!(late, Err(PaymentError::NothingToAsk)));
    let order = world.standing(&taken).await.order;
    let mut conn = world.office.db.acquire().await.unwrap();
    let order = orders::get(&mut conn, order).await.unwrap();
    assert!(matches!(order.state, OrderState::Paid { .. }));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_colleague_has_the_bank_asked_at_once(pool: PgPool) {
    let world = listening(pool).await;
    let (taken, number) = unknown(&world, "A-1").await;
    let id = world.standing(&taken).await.id.unwrap();
    world.bank.collects_late(&number, Money::cny(10_000));
    let auditor = world.person(Role::Auditor).await;
    assert!(payments::ask_now(&world.office, &auditor, id).await.is_err());
    let maker = world.person(Role::Operations).await;
    payments::ask_now(&world.office, &maker, id).await.unwrap();
    work::run_until_idle(&world.office).await.unwrap();
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
    let told = changes(&world, &taken).await;
    let paid = told.iter().find(|one| one.to == "succeeded").unwrap();
    assert_eq!(paid.actor, maker.name);
}

/// A small generator, so that a seed tells the whole story again.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn in_whatever_order_words_come_the_money_moves_at_most_once(pool: PgPool) {
    let world = listening(pool).await;
    let mut collected = 0;
    for seed in 0..24_u64 {
        let mut draw = Draw(seed);
        let paid = draw.below(2) == 0;
        let act = if paid {
            [Act::Lose, Act::Dawdle, Act::CollectSilently, Act::Collect][draw.below(4)]
        } else {
            [Act::Lose, Act::Decline][draw.below(2)]
        };
        world.bank.will(&[act]);
        let taken = world.take(&order(&format!("A-{seed}"), "100.00")).await;
        let id = world.standing(&taken).await.id.unwrap();
        let number = id.0.simple().to_string();
        let truth =
            if paid { done(&number, 10_000, &format!("C{number}")) } else { declined(&number) };
        for step in 0..6 {
            match draw.below(4) {
                0 => world.wait(Duration::seconds(3)).await,
                1 if paid => world.bank.collects_late(&number, Money::cny(10_000)),
                2 => {
                    tell(&world, &format!("{seed}-{}", draw.below(3)), &truth).await;
                }
                _ => {
                    let id = format!("{seed}-{step}p");
                    let word = banks::http::Outcome::Processing;
                    tell(&world, &id, &crate::callbacks::body(&number, word)).await;
                }
            }
        }
        tell(&world, &format!("{seed}-last"), &truth).await;
        let status = world.standing(&taken).await.status;
        if paid {
            assert_eq!(status, PaymentStatus::Succeeded, "seed {seed}, {act:?}");
            collected += 10_000;
        } else {
            assert_eq!(status, PaymentStatus::Failed, "seed {seed}, {act:?}");
        }
        assert_eq!(due(&world).await, Money::cny(collected), "seed {seed}");
        assert_eq!(calls(&world, &number), 1, "seed {seed}: sent once");
    }
    let mut conn = world.office.db.acquire().await.unwrap();
    assert_eq!(ledger::invariants::check(&mut conn).await.unwrap(), []);
}

fn calls(world: &World, number: &str) -> usize {
    world.bank.pay_calls().iter().filter(|one| *one == number).count()
}
