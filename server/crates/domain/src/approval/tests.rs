use super::*;
use crate::access::Role;
use crate::date::BusinessDate;
use crate::ids::ApprovalId;
use proptest::prelude::*;
use std::collections::BTreeMap;
use time::macros::{date, datetime};
use uuid::Uuid;

const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

fn staff(number: u128) -> StaffId {
    StaffId(Uuid::from_u128(number))
}

fn hand(number: u128, level: Level) -> Hand {
    Hand {
        staff: staff(number),
        person: format!("E{number}"),
        active: true,
        roles: vec![Role::FinanceChecker],
        level,
        second_factor: false,
        absent: None,
    }
}

fn absent(number: u128, level: Level, lent: bool) -> Absent {
    Absent {
        staff: staff(number),
        person: format!("E{number}"),
        active: true,
        lent,
        roles: vec![Role::FinanceChecker],
        level,
    }
}

fn pending(steps: &[Step]) -> Approval {
    Approval {
        id: ApprovalId(Uuid::from_u128(9)),
        kind: ApprovalKind::PayoutBatch,
        maker: staff(1),
        maker_person: "E1".to_owned(),
        concerned: None,
        content_hash: "abc".to_owned(),
        revision: 1,
        steps: steps.to_vec(),
        votes: Vec::new(),
        state: ApprovalState::Pending,
    }
}

fn single() -> Approval {
    pending(&[Step::default()])
}

fn step(level: Level) -> Step {
    Step { level, ..Step::default() }
}

fn yes<'a>(hand: &'a Hand, shown_hash: &'a str) -> Decision<'a> {
    Decision { hand, shown_hash, verdict: Verdict::Approve, note: "", at: NOON }
}

#[test]
fn a_maker_cannot_decide_their_own_request() {
    let refused = single().decide(&yes(&hand(1, Level::L4), "abc"));
    assert_eq!(refused, Err(DecisionRefused::MakerIsChecker));
}

#[test]
fn a_second_account_of_the_maker_is_the_maker() {
    let second = Hand { person: "E1".to_owned(), ..hand(2, Level::L4) };
    assert_eq!(single().decide(&yes(&second, "abc")), Err(DecisionRefused::MakerIsChecker));
}

#[test]
fn nobody_decides_in_the_makers_place() {
    let stands_in = Hand { absent: Some(absent(1, Level::L4, true)), ..hand(2, Level::L4) };
    assert_eq!(single().decide(&yes(&stands_in, "abc")), Err(DecisionRefused::MakerIsChecker));
}

#[test]
fn a_person_and_who_stands_in_for_them_are_not_two() {
    let chain = pending(&[step(Level::L1), step(Level::L2)]);
    let first = hand(3, Level::L2);
    let once = chain.decide(&yes(&first, "abc")).unwrap();
    let stands_in = Hand { absent: Some(absent(3, Level::L2, true)), ..hand(2, Level::L1) };
    assert_eq!(once.decide(&yes(&stands_in, "abc")), Err(DecisionRefused::TookPart));
}

#[test]
fn a_lent_right_reaches_as_far_as_its_owner_and_as_long_as_it_is_lent() {
    let chain = || pending(&[step(Level::L3)]);
    let own = hand(2, Level::L1);
    let needed = DecisionRefused::LevelMissing { needed: Level::L3, held: Level::L1 };
    assert_eq!(chain().decide(&yes(&own, "abc")), Err(needed));
    let over = Hand { absent: Some(absent(3, Level::L3, false)), ..own.clone() };
    assert_eq!(chain().decide(&yes(&over, "abc")), Err(DecisionRefused::NotLent));
    let lent = Hand { absent: Some(absent(3, Level::L3, true)), ..own };
    assert_eq!(chain().decide(&yes(&lent, "abc")).unwrap().state.name(), "approved");
}

#[test]
fn a_lent_right_is_worth_nothing_to_who_decides_nothing_any_more() {
    let lent = Hand { absent: Some(absent(3, Level::L3, true)), ..hand(2, Level::L1) };
    for roles in [Vec::new(), vec![Role::FinanceMaker], vec![Role::Operations]] {
        let lost = Hand { roles, ..lent.clone() };
        let refused = pending(&[step(Level::L3)]).decide(&yes(&lost, "abc"));
        let needed = ApprovalKind::PayoutBatch.checker_permission();
        assert_eq!(refused, Err(DecisionRefused::PermissionMissing(needed)), "{:?}", lost.roles);
    }
}

#[test]
fn what_is_decided_is_what_was_shown() {
    let refused = single().decide(&yes(&hand(2, Level::L1), "old"));
    assert_eq!(refused, Err(DecisionRefused::ContentChanged));
}

#[test]
fn a_step_above_a_limit_needs_the_second_factor() {
    let careful = || pending(&[Step { second_factor: true, ..Step::default() }]);
    let without = hand(2, Level::L1);
    assert_eq!(careful().decide(&yes(&without, "abc")), Err(DecisionRefused::SecondFactorMissing));
    let with = Hand { second_factor: true, ..without };
    assert_eq!(careful().decide(&yes(&with, "abc")).unwrap().state.name(), "approved");
}

#[test]
fn a_rejection_needs_a_reason() {
    let hand = hand(2, Level::L1);
    let decision = Decision { verdict: Verdict::Reject, note: "  ", ..yes(&hand, "abc") };
    assert_eq!(single().decide(&decision), Err(DecisionRefused::ReasonMissing));
}

#[test]
fn a_changed_content_is_asked_about_from_the_start() {
    let chain = pending(&[step(Level::L1), step(Level::L2)]);
    let once = chain.decide(&yes(&hand(2, Level::L1), "abc")).unwrap();
    let again = once.present_again("new").unwrap();
    assert_eq!((again.votes.len(), again.revision), (0, 2));
    let once = again.decide(&yes(&hand(2, Level::L1), "new")).unwrap();
    assert_eq!(once.decide(&yes(&hand(3, Level::L2), "new")).unwrap().state.name(), "approved");
}

#[test]
fn an_escalated_step_goes_up_as_far_as_somebody_is_there() {
    let raised = single().escalated(Level::L3);
    assert_eq!(raised.open_step().unwrap().level, Level::L2);
    let nobody_above = single().escalated(Level::L1);
    assert_eq!(nobody_above, single());
}

#[test]
fn a_content_changed_after_approval_is_not_carried_out() {
    let approved = single().decide(&yes(&hand(2, Level::L1), "abc")).unwrap();
    assert_eq!(approved.execute("abd", NOON).unwrap().state.name(), "stale");
}

fn rule(name: &str, when: Conditions, levels: &[Level]) -> Rule {
    let steps = levels.iter().map(|level| step(*level)).collect();
    Rule { name: name.to_owned(), when, steps, hours: 24 }
}

#[test]
fn an_authority_ends_with_its_last_day() {
    let until = Some(BusinessDate(date!(2026 - 03 - 31)));
    let authority = Authority { staff: staff(2), level: Level::L3, until };
    let book = RuleBook { authorities: vec![authority], ..RuleBook::default() };
    assert_eq!(book.level(staff(2), BusinessDate(date!(2026 - 03 - 31))), Level::L3);
    assert_eq!(book.level(staff(2), BusinessDate(date!(2026 - 04 - 01))), Level::L1);
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    let book = |rules| RuleBook { rules, ..RuleBook::default() };
    let nobody = rule("a", Conditions::default(), &[]);
    assert!(matches!(book(vec![nobody]).check(), Err(RuleBookError::Steps(_))));
    let good = rule("a", Conditions::default(), &[Level::L1]);
    assert!(matches!(book(vec![good.clone(), good.clone()]).check(), Err(RuleBookError::Name(_))));
    let never = Rule { hours: 0, ..good.clone() };
    assert!(matches!(book(vec![never]).check(), Err(RuleBookError::Hours(_))));
    assert_eq!(book(vec![good]).check(), Ok(()));
}

#[test]
fn payouts_go_by_amount_newness_and_risk() {
    let over = |fen| Conditions { amount_over: Some(Money::cny(fen)), ..Conditions::default() };
    let first = Conditions { first_to_payee: true, ..Conditions::default() };
    let book = RuleBook {
        rules: vec![
            rule("large", over(100_000), &[Level::L1, Level::L2]),
            rule("very large", over(5_000_000), &[Level::L1, Level::L2, Level::L3]),
            rule("first", first, &[Level::L2]),
        ],
        ..RuleBook::default()
    };
    let levels = |facts: &Facts| -> Vec<Level> {
        let demand = book.demand(ApprovalKind::PayoutBatch, facts, &DaySums::default());
        demand.steps.into_iter().map(|step| step.level).collect()
    };
    let of = |fen| Facts::of_amount(Money::cny(fen));
    assert_eq!(levels(&of(100_000)), [Level::L1], "not above the limit");
    assert_eq!(levels(&of(100_001)), [Level::L1, Level::L2]);
    assert_eq!(levels(&of(5_000_001)), [Level::L1, Level::L2, Level::L3]);
    let amount = Money::cny(1);
    let share = Share { merchant: None, payee: None, amount, first: true, usual: None };
    let new_payee = Facts { shares: vec![share], ..of(1) };
    assert_eq!(levels(&new_payee), [Level::L2]);
}

/// Anything that may happen to a request, with the rights as they are at that moment.
#[derive(Debug, Clone)]
enum Event {
    Decide { who: u128, for_whom: Option<(u128, bool)>, level: Level, right_hash: bool, yes: bool },
    Withdraw(u128),
    Execute(bool),
    Change,
    Escalate(Level),
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::L1), Just(Level::L2), Just(Level::L3), Just(Level::L4)]
}

fn event() -> impl Strategy<Value = Event> {
    let lent = prop::option::of((1..6_u128, any::<bool>()));
    prop_oneof![
        8 => (1..6_u128, lent, level(), prop::bool::weighted(0.8), prop::bool::weighted(0.9))
            .prop_map(|(who, for_whom, level, right_hash, yes)| {
                Event::Decide { who, for_whom, level, right_hash, yes }
            }),
        1 => (1..6_u128).prop_map(Event::Withdraw),
        2 => any::<bool>().prop_map(Event::Execute),
        1 => Just(Event::Change),
        1 => level().prop_map(Event::Escalate),
    ]
}

/// Accounts 1 and 5 belong to one person.
fn person(who: u128) -> String {
    format!("E{}", if who == 5 { 1 } else { who })
}

fn after(approval: Approval, event: &Event) -> Result<Approval, DecisionRefused> {
    match event {
        Event::Decide { who, for_whom, level, right_hash, yes } => {
            let absent = for_whom.map(|(whom, lent)| {
                let absent = absent(whom, *level, lent);
                Absent { person: person(whom), ..absent }
            });
            let hand = Hand { person: person(*who), absent, ..hand(*who, *level) };
            let hash = if *right_hash { approval.content_hash.clone() } else { "old".to_owned() };
            let verdict = if *yes { Verdict::Approve } else { Verdict::Reject };
            let decision =
                Decision { hand: &hand, shown_hash: &hash, verdict, note: "why", at: NOON };
            let step = approval.open_step();
            let before = approval.votes.len();
            let decided = approval.decide(&decision)?;
            if decided.votes.len() > before {
                // Whoever agreed had the right, at that moment, and saw what is stored.
                assert!(step.unwrap().level <= *level && *right_hash);
                assert!(for_whom.is_none_or(|(_, lent)| lent), "an expired right");
            }
            Ok(decided)
        }
        Event::Withdraw(who) => approval.withdraw(staff(*who), NOON),
        Event::Execute(right) => {
            let now = if *right { approval.content_hash.clone() } else { "other".to_owned() };
            let executed = approval.execute(&now, NOON)?;
            assert_eq!(executed.state.name() == "executed", *right, "a stale content");
            Ok(executed)
        }
        Event::Change => {
            let hash = format!("content {}", approval.revision);
            approval.present_again(&hash)
        }
        Event::Escalate(highest) => Ok(approval.escalated(*highest)),
    }
}

proptest! {
    #[test]
    fn no_order_of_events_lets_the_wrong_person_a_stale_content_or_an_expired_right_through(
        levels in prop::collection::vec(level(), 1..4),
        events in prop::collection::vec(event(), 0..24),
    ) {
        let chain: Vec<_> = levels.into_iter().map(step).collect();
        let mut approval = pending(&chain);
        for event in &events {
            let before = approval.clone();
            approval = after(approval, event).unwrap_or(before.clone());
            let mut people: Vec<&str> = vec![&approval.maker_person];
            for vote in &approval.votes {
                people.push(&vote.person);
                people.extend(vote.absent.iter().map(|(_, person)| person.as_str()));
            }
            let all = people.len();
            people.sort_unstable();
            people.dedup();
            // Two parts of one person, whether by accounts or by a lent right.
            prop_assert_eq!(people.len(), all);
            if matches!(approval.state, ApprovalState::Approved { .. } | ApprovalState::Executed { .. }) {
                prop_assert_eq!(approval.votes.len(), approval.steps.len());
            }
            if before.state.name() == "pending" && matches!(event, Event::Escalate(_)) {
                prop_assert_eq!(approval.state.name(), "pending", "an expiry never ends a request");
            }
            for (was, is) in chain.iter().zip(&approval.steps) {
                prop_assert!(is.level >= was.level, "an escalation never lightens a chain");
            }
        }
    }

    /// The light chain never lets more through in a day than the rule allows, in whatever order
    /// requests are made, refused and taken back.
    #[test]
    fn no_order_of_proposals_lets_more_through_one_checker_than_the_limit(
        events in prop::collection::vec((1..60_i64, prop::bool::weighted(0.3), 0..8_usize), 1..40),
    ) {
        const LIMIT: i64 = 100;
        let when = Conditions { payee_day_over: Some(Money::cny(LIMIT)), ..Conditions::default() };
        let rules = vec![rule("payee of a day", when, &[Level::L1, Level::L2])];
        let book = RuleBook { rules, ..RuleBook::default() };
        // The table of sums, and what is alive: amount, and whether one checker suffices.
        let mut sums: BTreeMap<(Scope, String), i64> = BTreeMap::new();
        let mut alive: Vec<(Facts, bool)> = Vec::new();
        for (fen, takes_back, which) in events {
            if takes_back && which < alive.len() {
                let (facts, _) = alive.remove(which);
                for (key, amount) in facts.counted("maker").unwrap() {
                    *sums.get_mut(&key).unwrap() -= amount.minor();
                }
                continue;
            }
            let amount = Money::cny(fen);
            let payee = Some("62".to_owned());
            let share = Share { merchant: None, payee, amount, first: false, usual: None };
            let facts = Facts { shares: vec![share], ..Facts::of_amount(amount) };
            let mut day = DaySums::default();
            for ((scope, subject), amount) in facts.counted("maker").unwrap() {
                let sum = sums.entry((scope, subject)).or_default();
                *sum += amount.minor();
                day.note(scope, Money::cny(*sum));
            }
            let light = book.demand(ApprovalKind::PayoutBatch, &facts, &day).steps.len() == 1;
            alive.push((facts, light));
            let through: i64 = alive
                .iter()
                .filter(|(_, light)| *light)
                .filter_map(|(facts, _)| facts.amount.map(Money::minor))
                .sum();
            prop_assert!(through <= LIMIT, "{through} fen would pass one checker");
        }
    }

    #[test]
    fn another_rule_never_lightens_a_chain(
        one in prop::collection::vec((level(), any::<bool>()), 1..4),
        other in prop::collection::vec((level(), any::<bool>()), 1..4),
    ) {
        let of = |name: &str, steps: &[(Level, bool)]| Rule {
            name: name.to_owned(),
            when: Conditions::default(),
            steps: steps.iter().map(|(level, second_factor)| {
                Step { second_factor: *second_factor, ..step(*level) }
            }).collect(),
            hours: 24,
        };
        let demand = |rules: Vec<Rule>| RuleBook { rules, ..RuleBook::default() }
            .demand(ApprovalKind::Refund, &Facts::default(), &DaySums::default());
        let alone = demand(vec![of("one", &one)]);
        let both = demand(vec![of("one", &one), of("other", &other)]);
        prop_assert!(both.steps.is_sorted());
        for level in Level::ALL {
            let at = |demand: &Demand| demand.steps.iter().filter(|s| s.level == level).count();
            let proven = |demand: &Demand| {
                demand.steps.iter().filter(|s| s.level == level && s.second_factor).count()
            };
            prop_assert!(at(&both) >= at(&alone));
            prop_assert!(proven(&both) >= proven(&alone));
        }
    }
}
