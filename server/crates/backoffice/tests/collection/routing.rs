//! Where payments go: rules under four eyes, channels that fall ill and recover, costs.

use crate::office::{NOON, World, order, today};
use backoffice::channels::{self, ChannelError};
use backoffice::routing::{self, Board, RoutingError, Wanted};
use backoffice::{approvals, work};
use domain::access::{Actor, Role};
use domain::approval::Verdict;
use domain::channel::{ChannelChange, HealthState, Signal};
use domain::fee::{FeeTerms, Measure, Rate, Tier};
use domain::ids::{ApprovalId, PaymentId};
use domain::money::Money;
use domain::product::{CardType, Product};
use domain::routing::{
    Choose, Conditions, RouteVerdict, RoutingAsk, RoutingDecision, Rule, RuleChange, RuleRefused,
    Target,
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

fn rule(name: &str, to: &[(&str, u32)]) -> Rule {
    let to = to
        .iter()
        .map(|(channel, weight)| Target { channel: (*channel).to_owned(), weight: *weight });
    let choose = Choose::Weight;
    Rule { name: name.to_owned(), when: Conditions::default(), to: to.collect(), choose }
}

async fn approve(world: &World, checker: &Actor, id: ApprovalId) -> String {
    let detail = approvals::find(&world.office, checker, id).await.unwrap();
    let decision = (detail.content_hash.as_str(), Verdict::Approve, "");
    approvals::decide(&world.office, checker, id, decision).await.unwrap();
    work::run_until_idle(&world.office).await.unwrap();
    approvals::find(&world.office, checker, id).await.unwrap().summary.state
}

async fn decide(world: &World, payment: u128, at: OffsetDateTime) -> RoutingDecision {
    let mut conn = world.office.db.acquire().await.unwrap();
    let wanted = Wanted {
        product: Product::QuickPay,
        amount: Money::cny(10_000),
        merchant: Some(world.books),
        method: None,
        card: None,
        bank: None,
        at,
        payment: Uuid::from_u128(payment),
    };
    Board::default().decide(&mut conn, &world.office, wanted).await.unwrap()
}

fn chosen(decision: &RoutingDecision) -> &str {
    decision.chosen().map_or("none", |one| one.channel.as_str())
}

async fn answers(world: &World, channel: &str, signal: Signal, count: usize) {
    let mut conn = world.office.db.acquire().await.unwrap();
    for _ in 0..count {
        let word = channels::Word { channel, payment: PaymentId(Uuid::from_u128(1)), signal };
        channels::heard(&mut conn, &world.office, &[word]).await.unwrap();
    }
}

async fn health(world: &World, channel: &str) -> HealthState {
    let auditor = world.actor(Role::Auditor).await;
    channels::find(&world.office, &auditor, channel).await.unwrap().standing.health
}

fn set(rule: &Rule) -> RuleChange {
    RuleChange { name: rule.name.clone(), after: Some(rule.clone()), in_front_of: None }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn rules_come_into_force_by_two_people_and_each_payment_keeps_its_explanation(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let mut books = rule("books by bank", &[("bank", 1)]);
    books.when.merchants = vec!["M100001".to_owned()];
    let all = rule("all", &[("unionpay", 3), ("bank", 1)]);
    let first = routing::propose(&world.office, &maker, &set(&all)).await.unwrap();
    assert_eq!(chosen(&decide(&world, 1, NOON).await), "unionpay", "not in force yet");
    assert!(routing::propose(&world.office, &maker, &set(&all)).await.is_err(), "one waits");
    assert_eq!(approve(&world, &checker, first).await, "executed");
    let change = RuleChange { in_front_of: Some("all".to_owned()), ..set(&books) };
    let second = routing::propose(&world.office, &maker, &change).await.unwrap();
    assert_eq!(approve(&world, &checker, second).await, "executed");

    let decision = decide(&world, 1, NOON).await;
    assert_eq!((decision.version, decision.rule.as_deref()), (2, Some("books by bank")));
    assert_eq!(chosen(&decision), "bank");
    let same = routing::propose(&world.office, &maker, &set(&books)).await.unwrap_err();
    assert!(matches!(same, RoutingError::NothingToChange));

    let view = world.pay(&order("A-1", "100.00")).await;
    let detail = backoffice::payments::find(&world.office, &maker, view.id.unwrap()).await.unwrap();
    assert_eq!(detail.routing.rule.as_deref(), Some("books by bank"));
    assert_eq!(chosen(&detail.routing), "bank");
    let named: Vec<_> = detail.routing.considered.iter().map(|one| &one.channel).collect();
    assert_eq!(named, ["bank", "unionpay", "bank", "wechat"], "every candidate is explained");
    let told = routing::changes(&world.office, &maker).await.unwrap();
    let titles: Vec<_> = told.iter().map(|request| request.title.as_str()).collect();
    assert_eq!(titles, ["new routing rule books by bank", "new routing rule all"]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn changes_of_different_rules_wait_side_by_side_and_all_come_into_force(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let (one, other) = (rule("one", &[("unionpay", 1)]), rule("other", &[("bank", 1)]));
    routing::set_up(&mut conn, &world.office, &[one.clone(), other.clone()]).await.unwrap();
    let heavier = rule("one", &[("unionpay", 9)]);
    let gone = RuleChange { name: "other".to_owned(), after: None, in_front_of: None };
    let third = rule("third", &[("bank", 5)]);
    let mut waiting = Vec::new();
    for change in [set(&heavier), gone, set(&third)] {
        waiting.push(routing::propose(&world.office, &maker, &change).await.unwrap());
    }
    for id in waiting {
        assert_eq!(approve(&world, &checker, id).await, "executed");
    }
    let (book, versions) = routing::rules(&world.office, &maker).await.unwrap();
    assert_eq!(book.rules, [heavier, third]);
    assert_eq!((book.version, versions.len()), (4, 4));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn rules_that_name_no_channel_are_not_even_proposed(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let lost = set(&rule("gone", &[("nowhere", 1)]));
    let refused = routing::propose(&world.office, &maker, &lost).await.unwrap_err();
    assert!(matches!(refused, RoutingError::Rules(RuleRefused::UnknownChannel { .. })));
    let unknown = RuleChange { name: "nothing".to_owned(), after: None, in_front_of: None };
    let refused = routing::propose(&world.office, &maker, &unknown).await.unwrap_err();
    assert!(matches!(refused, RoutingError::NoSuchRule(_)));
    let auditor = world.person(Role::Auditor).await;
    let refused = routing::propose(&world.office, &auditor, &unknown).await.unwrap_err();
    assert!(matches!(refused, RoutingError::Forbidden(_)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_rule_that_changed_meanwhile_is_not_overwritten_and_the_difference_is_told(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let now = [rule("all", &[("unionpay", 1)])];
    routing::set_up(&mut conn, &world.office, &now).await.unwrap();
    let wanted = set(&rule("all", &[("unionpay", 3), ("bank", 1)]));
    let id = routing::propose(&world.office, &maker, &wanted).await.unwrap();
    let meanwhile = [rule("all", &[("bank", 1)])];
    routing::set_up(&mut conn, &world.office, &meanwhile).await.unwrap();
    assert_eq!(approve(&world, &checker, id).await, "stale");
    assert_eq!(chosen(&decide(&world, 1, NOON).await), "bank");
    let told = approvals::differences::of(&world.office, &checker, id).await.unwrap();
    let places: Vec<String> = told.iter().map(|one| one.place.join(".")).collect();
    assert_eq!(places, ["before.to.1.channel", "version"]);
    assert_eq!((told[1].approved.as_deref(), told[1].now.as_deref()), (Some("1"), Some("2")));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_rule_that_changed_and_changed_back_is_another_version(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let (now, other) = (rule("all", &[("unionpay", 1)]), rule("all", &[("bank", 1)]));
    routing::set_up(&mut conn, &world.office, std::slice::from_ref(&now)).await.unwrap();
    let gone = RuleChange { name: "all".to_owned(), after: None, in_front_of: None };
    let id = routing::propose(&world.office, &maker, &gone).await.unwrap();
    routing::set_up(&mut conn, &world.office, &[other]).await.unwrap();
    routing::set_up(&mut conn, &world.office, &[now]).await.unwrap();
    assert_eq!(approve(&world, &checker, id).await, "stale");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_channel_that_falls_silent_is_withdrawn_tried_and_taken_back(pool: PgPool) {
    let world = World::new(pool).await;
    answers(&world, "unionpay", Signal::Silent, 19).await;
    assert_eq!(health(&world, "unionpay").await, HealthState::Good, "nineteen prove nothing");
    answers(&world, "unionpay", Signal::Silent, 1).await;
    assert!(matches!(health(&world, "unionpay").await, HealthState::Withdrawn { .. }));
    let decision = decide(&world, 1, NOON).await;
    assert_eq!(chosen(&decision), "bank");
    let reason = "20 of the latest 20 requests had no answer".to_owned();
    let withdrawn = RouteVerdict::Withdrawn { reason };
    assert!(decision.considered.iter().any(|one| one.verdict == withdrawn), "{decision:?}");

    world.office.clock.forward(Duration::seconds(60));
    let mut tried = 0;
    for payment in 0..400 {
        let decision = decide(&world, payment, world.office.now()).await;
        tried += usize::from(chosen(&decision) == "unionpay");
    }
    assert!((5..40).contains(&tried), "about one in twenty tries it: {tried} of 400");
    answers(&world, "unionpay", Signal::Unreached, 1).await;
    let HealthState::Withdrawn { failures: 2, .. } = health(&world, "unionpay").await else {
        panic!("a failed trial doubles the pause");
    };
    world.office.clock.forward(Duration::seconds(120));
    answers(&world, "unionpay", Signal::Declined, 5).await;
    assert_eq!(health(&world, "unionpay").await, HealthState::Good);
    assert_eq!(chosen(&decide(&world, 1, world.office.now()).await), "unionpay");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_last_channel_of_a_product_is_not_withdrawn_by_itself(pool: PgPool) {
    let world = World::new(pool).await;
    answers(&world, "wechat", Signal::Silent, 60).await;
    assert_eq!(health(&world, "wechat").await, HealthState::Good);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_person_takes_a_channel_out_at_once_and_brings_it_back(pool: PgPool) {
    let world = World::new(pool).await;
    let operator = world.person(Role::Operations).await;
    let office = &world.office;
    let nothing = channels::take_out(office, &operator, "unionpay", "  ").await.unwrap_err();
    assert!(matches!(nothing, ChannelError::NoReason));
    channels::take_out(office, &operator, "unionpay", "maintenance").await.unwrap();
    let again = channels::take_out(office, &operator, "unionpay", "again").await.unwrap_err();
    assert!(matches!(again, ChannelError::AlreadyOut));
    answers(&world, "unionpay", Signal::Collected, 60).await;
    assert_eq!(chosen(&decide(&world, 1, NOON).await), "bank");
    channels::bring_back(office, &operator, "unionpay").await.unwrap();
    assert_eq!(chosen(&decide(&world, 1, NOON).await), "unionpay");
    let maker = world.person(Role::FinanceMaker).await;
    assert!(channels::take_out(office, &maker, "unionpay", "no").await.is_err());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_channel_is_not_used_after_its_last_day(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let valid_until = Some(today());
    let sunset = ChannelChange::Validity { valid_from: None, valid_until };
    let id = channels::propose_change(&world.office, &maker, "unionpay", &sunset).await.unwrap();
    assert_eq!(approve(&world, &checker, id).await, "executed");
    assert_eq!(chosen(&decide(&world, 1, NOON).await), "unionpay", "its last day");
    let decision = decide(&world, 1, NOON + Duration::days(1)).await;
    assert_eq!(chosen(&decision), "bank");
    let expired = RouteVerdict::Expired { until: today() };
    assert!(decision.considered.iter().any(|one| one.verdict == expired));
    let same = channels::propose_change(&world.office, &maker, "unionpay", &sunset).await;
    assert!(matches!(same.unwrap_err(), ChannelError::NothingToChange));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_a_channel_charges_is_agreed_by_two_people_and_decides_the_route(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let both = Rule { choose: Choose::Cost, ..rule("cheapest", &[("unionpay", 1), ("bank", 1)]) };
    routing::set_up(&mut conn, &world.office, &[both]).await.unwrap();
    assert_eq!(chosen(&decide(&world, 1, NOON).await), "bank", "it costs nothing yet");
    let terms = FeeTerms { fixed: Money::cny(25), ..FeeTerms::share(Rate::ZERO) };
    let cost = ChannelChange::Cost {
        product: Product::QuickPay,
        card: None,
        schedule: terms.into(),
        valid_from: today(),
    };
    let id = channels::propose_change(&world.office, &maker, "bank", &cost).await.unwrap();
    assert_eq!(approve(&world, &checker, id).await, "executed");
    assert_eq!(chosen(&decide(&world, 1, NOON).await), "unionpay", "24 fen are less than 25");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn costs_follow_the_kind_of_card_and_the_tiers_of_the_month(pool: PgPool) {
    let world = World::new(pool).await;
    let auditor = world.person(Role::Auditor).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let fixed = |fen| FeeTerms { fixed: Money::cny(fen), ..FeeTerms::share(Rate::ZERO) };
    let tiers = vec![Tier { from: 0, terms: fixed(50) }, Tier { from: 1, terms: fixed(40) }];
    let schedule = domain::fee::FeeSchedule::tiered(Measure::Trades, tiers).unwrap();
    let credit = (Product::QuickPay, Some(CardType::Credit), schedule, today());
    channels::agree_cost(&mut conn, &world.office, "unionpay", credit).await.unwrap();
    let cost = async |card| {
        let ask = RoutingAsk {
            product: Product::QuickPay,
            amount: Money::cny(10_000),
            merchant: None,
            method: None,
            card,
            bank: None,
            at: None,
            payment: None,
        };
        let decision = routing::ask(&world.office, &auditor, &ask).await.unwrap();
        decision.considered.iter().find(|one| one.channel == "unionpay").unwrap().cost
    };
    assert_eq!(cost(None).await, Some(Money::cny(24)), "the channel's own cost");
    assert_eq!(cost(Some(CardType::Credit)).await, Some(Money::cny(50)));
    world.pay(&order("A-1", "100.00")).await;
    assert_eq!(cost(Some(CardType::Credit)).await, Some(Money::cny(40)), "one trade this month");
}
