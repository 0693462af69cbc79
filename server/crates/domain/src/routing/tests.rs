use super::*;
use crate::fee::Rate;
use proptest::prelude::*;
use std::collections::BTreeMap;
use time::macros::time;
use uuid::Uuid;

fn candidate(channel: &str, priority: i32, cost: i64) -> Candidate {
    Candidate {
        route: Route {
            channel: channel.to_owned(),
            product: Product::QuickPay,
            method: "QUICK".to_owned(),
            priority,
            min: Money::cny(1),
            max: Money::cny(1_000_000),
        },
        active: true,
        connected: true,
        valid_from: None,
        valid_until: None,
        fitness: Fitness::Fit,
        success: SuccessRate::default(),
        cost: Some(Money::cny(cost)),
    }
}

fn question(fen: i64) -> Question {
    Question {
        product: Product::QuickPay,
        amount: Money::cny(fen),
        method: None,
        card: None,
        bank: None,
        merchant: None,
        day: "2026-03-31".parse().unwrap(),
        time: time!(12:00),
        seed: Seed(7),
    }
}

fn rule(name: &str, to: &[(&str, u32)], choose: Choose) -> Rule {
    let to = to
        .iter()
        .map(|(channel, weight)| Target { channel: (*channel).to_owned(), weight: *weight });
    Rule { name: name.to_owned(), when: Conditions::default(), to: to.collect(), choose }
}

fn book(rules: Vec<Rule>) -> RuleBook {
    RuleBook { version: 1, rules }
}

fn verdicts(decision: &RoutingDecision) -> Vec<(&str, RouteVerdict)> {
    decision.considered.iter().map(|one| (one.channel.as_str(), one.verdict.clone())).collect()
}

fn chosen(decision: &RoutingDecision) -> Option<&str> {
    decision.chosen().map(|one| one.channel.as_str())
}

fn plain(candidates: &[Candidate], question: &Question) -> RoutingDecision {
    decide(&RuleBook::default(), candidates, question)
}

#[test]
fn without_rules_the_cheaper_of_two_equal_routes_is_chosen_and_the_other_is_explained() {
    let candidates = [candidate("wechat", 1, 60), candidate("unionpay", 1, 24)];
    let decision = plain(&candidates, &question(10_000));
    let expected = vec![("unionpay", RouteVerdict::Chosen), ("wechat", RouteVerdict::Behind)];
    assert_eq!(verdicts(&decision), expected);
    assert_eq!(decision.chosen_by, Some(ChosenBy::Priority));
}

#[test]
fn every_candidate_that_was_passed_over_has_its_reason() {
    let change = |name: &str, change: &dyn Fn(&mut Candidate)| {
        let mut one = candidate(name, 1, 1);
        change(&mut one);
        one
    };
    let (next, last) = ("2026-04-01".parse().unwrap(), "2026-03-30".parse().unwrap());
    let candidates = [
        change("a_off", &|one| one.active = false),
        change("b_unplugged", &|one| one.connected = false),
        change("c_small", &|one| one.route.max = Money::cny(99)),
        change("d_large", &|one| one.route.min = Money::cny(20_000)),
        change("e_other", &|one| one.route.product = Product::BankTransfer),
        change("f_next", &|one| one.valid_from = Some(next)),
        change("g_last", &|one| one.valid_until = Some(last)),
        change("h_ill", &|one| one.fitness = Fitness::Unfit { reason: "silent".to_owned() }),
        change("i_way", &|one| one.route.method = "TOKEN".to_owned()),
    ];
    let asked = Question { method: Some("QUICK".to_owned()), ..question(10_000) };
    let decision = plain(&candidates, &asked);
    assert_eq!(decision.chosen(), None);
    let expected = vec![
        ("a_off", RouteVerdict::SwitchedOff),
        ("b_unplugged", RouteVerdict::NotConnected),
        ("c_small", RouteVerdict::AboveMaximum { max: Money::cny(99) }),
        ("d_large", RouteVerdict::BelowMinimum { min: Money::cny(20_000) }),
        ("e_other", RouteVerdict::OtherProduct),
        ("f_next", RouteVerdict::NotYetValid { from: next }),
        ("g_last", RouteVerdict::Expired { until: last }),
        ("h_ill", RouteVerdict::Withdrawn { reason: "silent".to_owned() }),
        ("i_way", RouteVerdict::OtherMethod),
    ];
    assert_eq!(verdicts(&decision), expected);
    assert!(decision.sentence().starts_with("no channel can take this payment: a_off the channel"));
}

#[test]
fn a_channel_is_used_on_its_first_and_its_last_day() {
    let day = question(1).day;
    let mut one = candidate("a", 1, 1);
    (one.valid_from, one.valid_until) = (Some(day), Some(day));
    assert_eq!(chosen(&plain(&[one], &question(1))), Some("a"));
}

#[test]
fn foreign_money_finds_no_channel() {
    let asked = Question { amount: Money::new(1, Currency::Usd), ..question(1) };
    let decision = plain(&[candidate("a", 1, 1)], &asked);
    assert_eq!(verdicts(&decision), vec![("a", RouteVerdict::OtherCurrency)]);
}

#[test]
fn the_first_rule_that_speaks_and_has_a_channel_decides() {
    let mut night = rule("night", &[("a", 1)], Choose::Weight);
    night.when.hours = Some(Hours { from: time!(22:00), to: time!(06:00) });
    let mut large = rule("large", &[("a", 1)], Choose::Weight);
    large.when.min = Some(Money::cny(50_000));
    let broken = rule("gone", &[("nowhere", 1)], Choose::Weight);
    let rest = rule("rest", &[("b", 1)], Choose::Weight);
    let book = book(vec![night, large, broken, rest]);
    let candidates = [candidate("a", 1, 1), candidate("b", 2, 9)];
    let decision = decide(&book, &candidates, &question(100));
    assert_eq!(decision.rule.as_deref(), Some("rest"));
    let silences: Vec<_> = decision.rules.iter().map(|tried| tried.silence).collect();
    let expected = [Some(Silence::Hours), Some(Silence::Amount), Some(Silence::NoChannel), None];
    assert_eq!(silences, expected);
    assert_eq!(verdicts(&decision)[1], ("a", RouteVerdict::NotInRule));
    assert!(decision.sentence().contains("rule \"rest\", drawn by weight: 0 of 1"));
    let at_night = Question { time: time!(05:59), ..question(100) };
    assert_eq!(chosen(&decide(&book, &candidates, &at_night)), Some("a"));
}

#[test]
fn conditions_on_what_is_not_known_do_not_hold() {
    let mut one = rule("icbc credit", &[("a", 1)], Choose::Weight);
    one.when.banks = vec!["ICBC".to_owned()];
    one.when.card = Some(CardType::Credit);
    let silent = |asked: &Question| one.when.silent_about(asked);
    assert_eq!(silent(&question(1)), Some(Silence::Card));
    let card = Question { card: Some(CardType::Credit), ..question(1) };
    assert_eq!(silent(&card), Some(Silence::Bank));
    assert_eq!(silent(&Question { bank: Some("ICBC".to_owned()), ..card }), None);
}

#[test]
fn a_rule_may_prefer_the_cheapest_or_the_most_successful() {
    let mut dear = candidate("dear", 1, 90);
    dear.success = SuccessRate { collected: 99, answers: 100 };
    let mut cheap = candidate("cheap", 2, 10);
    cheap.success = SuccessRate { collected: 60, answers: 100 };
    let candidates = [dear, cheap];
    let both = [("dear", 1), ("cheap", 1)];
    let by = |choose| decide(&book(vec![rule("r", &both, choose)]), &candidates, &question(1));
    assert_eq!(chosen(&by(Choose::Cost)), Some("cheap"));
    assert_eq!(chosen(&by(Choose::SuccessRate)), Some("dear"));
}

#[test]
fn a_stored_decision_is_read_back_and_so_is_one_from_before_there_were_rules() {
    let candidates = [candidate("a", 1, 60), candidate("b", 1, 24)];
    let book = book(vec![rule("r", &[("a", 3), ("b", 1)], Choose::Weight)]);
    for fen in [1, 2_000_000] {
        let decision = decide(&book, &candidates, &question(fen));
        let json = serde_json::to_string(&decision).unwrap();
        assert_eq!(serde_json::from_str::<RoutingDecision>(&json).unwrap(), decision);
    }
    let old = r#"{"considered":[{"channel":"a","method":"QUICK","priority":1,
        "cost":{"minor":"24","currency":"CNY"},"verdict":"chosen"}]}"#;
    assert_eq!(chosen(&serde_json::from_str(old).unwrap()), Some("a"));
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    let channels = ["a".to_owned(), "b".to_owned()];
    let good = rule("r", &[("a", 1)], Choose::Weight);
    let refused = |rules: &[Rule]| check_rules(rules, &channels).unwrap_err();
    assert_eq!(check_rules(std::slice::from_ref(&good), &channels), Ok(()));
    assert_eq!(refused(&[good.clone(), good.clone()]), RuleRefused::Name("r".to_owned()));
    let name = || "r".to_owned();
    for (to, error) in [
        (vec![], RuleRefused::NoTarget(name())),
        (vec![("a", 0)], RuleRefused::Weight(name())),
        (vec![("a", 1), ("a", 2)], RuleRefused::TargetTwice { rule: name(), channel: "a".into() }),
        (vec![("c", 1)], RuleRefused::UnknownChannel { rule: name(), channel: "c".into() }),
    ] {
        assert_eq!(refused(&[rule("r", &to, Choose::Weight)]), error);
    }
    let mut crossed = good.clone();
    (crossed.when.min, crossed.when.max) = (Some(Money::cny(2)), Some(Money::cny(1)));
    assert_eq!(refused(&[crossed]), RuleRefused::Amounts(name()));
    let mut moment = good;
    moment.when.hours = Some(Hours { from: time!(01:00), to: time!(01:00) });
    assert_eq!(refused(&[moment]), RuleRefused::Hours(name()));
}

/// How often each channel was chosen in so many payments with ids of their own.
fn counts(book: &RuleBook, candidates: &[Candidate], payments: u128) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for number in 0..payments {
        let seed = Seed::of(Uuid::from_u128(number));
        let decision = decide(book, candidates, &Question { seed, ..question(100) });
        *counts.entry(chosen(&decision).unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn weights_are_respected_over_many_payments() {
    let candidates = [candidate("a", 1, 1), candidate("b", 1, 1), candidate("c", 1, 1)];
    let book = book(vec![rule("r", &[("a", 70), ("b", 20), ("c", 10)], Choose::Weight)]);
    let counts = counts(&book, &candidates, 20_000);
    // Four standard deviations of 20,000 draws are below 260.
    for (channel, expected) in [("a", 14_000_i64), ("b", 4_000), ("c", 2_000)] {
        let off = i64::from(counts[channel]) - expected;
        assert!(off.abs() < 260, "{counts:?}");
    }
}

#[test]
fn a_channel_on_trial_takes_its_share_and_no_more() {
    let mut ill = candidate("ill", 1, 1);
    ill.fitness = Fitness::Trial(Rate::from_ppm(50_000).unwrap());
    let counts = counts(&RuleBook::default(), &[ill, candidate("well", 2, 9)], 20_000);
    assert!((875..1_125).contains(&counts["ill"]), "{counts:?}");
}

fn any_fitness() -> impl Strategy<Value = Fitness> {
    prop_oneof![
        3 => Just(Fitness::Fit),
        1 => Just(Fitness::Unfit { reason: "ill".to_owned() }),
        1 => (0..=1_000_000_i64).prop_map(|ppm| Fitness::Trial(Rate::from_ppm(ppm).unwrap())),
    ]
}

prop_compose! {
    fn any_candidate()(
        number in 0..6_u8, priority in 0..3_i32, cost in 0..3_i64, fitness in any_fitness(),
        (active, connected) in (prop::bool::weighted(0.8), prop::bool::weighted(0.8)),
        (from, until) in (prop::option::of(0..4_u16), prop::option::of(0..4_u16)),
        (low, high) in (1..500_i64, 1..1_000_i64), quick in prop::bool::weighted(0.8),
    ) -> Candidate {
        let day = |offset: u16| (0..offset).fold("2026-03-29".parse::<BusinessDate>().unwrap(),
            |day, _| day.next());
        let mut one = candidate(&format!("c{number}"), priority, cost);
        (one.active, one.connected, one.fitness) = (active, connected, fitness);
        (one.valid_from, one.valid_until) = (from.map(day), until.map(day));
        (one.route.min, one.route.max) = (Money::cny(low), Money::cny(high));
        if !quick {
            one.route.product = Product::WechatPay;
        }
        one
    }
}

fn any_book() -> impl Strategy<Value = RuleBook> {
    let choose = prop::sample::select(Choose::ALL);
    let to = prop::collection::btree_map(0..7_u8, 1..100_u32, 1..4);
    let rules = prop::collection::vec((to, choose, prop::option::of(0..900_i64)), 0..4);
    rules.prop_map(|rules| {
        let rules = rules.into_iter().enumerate().map(|(place, (to, choose, min))| {
            let to = to
                .into_iter()
                .map(|(number, weight)| Target { channel: format!("c{number}"), weight });
            let when = Conditions { min: min.map(Money::cny), ..Conditions::default() };
            Rule { name: format!("r{place}"), when, to: to.collect(), choose }
        });
        book(rules.collect())
    })
}

/// Whether a candidate can take a payment at all.
fn suitable(one: &Candidate, asked: &Question) -> bool {
    let Route { product, min, max, .. } = &one.route;
    *product == asked.product
        && one.active
        && one.connected
        && one.valid_from.is_none_or(|from| from <= asked.day)
        && one.valid_until.is_none_or(|until| asked.day <= until)
        && (min.minor()..=max.minor()).contains(&asked.amount.minor())
        && !matches!(one.fitness, Fitness::Unfit { .. })
}

proptest! {
    #[test]
    fn no_payment_goes_where_it_may_not(
        book in any_book(), candidates in prop::collection::vec(any_candidate(), 0..8),
        fen in 1..1_000_i64, seed in any::<u64>(),
    ) {
        let asked = Question { seed: Seed(seed), ..question(fen) };
        let decision = decide(&book, &candidates, &asked);
        match decision.chosen() {
            Some(one) => {
                let fits = |candidate: &Candidate| {
                    candidate.route.channel == one.channel
                        && candidate.cost == one.cost
                        && suitable(candidate, &asked)
                };
                prop_assert!(candidates.iter().any(fits), "{decision:?}");
                prop_assert!(decision.chosen_by.is_some());
            }
            None => {
                let fit = |one: &Candidate| one.fitness == Fitness::Fit && suitable(one, &asked);
                let trial = decision.considered.iter()
                    .any(|one| matches!(one.verdict, RouteVerdict::OnTrial { .. }));
                prop_assert!(trial || !candidates.iter().any(fit), "{decision:?}");
            }
        }
    }

    #[test]
    fn the_explanation_names_every_candidate_once_and_one_is_chosen_at_most(
        book in any_book(), candidates in prop::collection::vec(any_candidate(), 0..8),
        fen in 1..1_000_i64, seed in any::<u64>(),
    ) {
        let asked = Question { seed: Seed(seed), ..question(fen) };
        let decision = decide(&book, &candidates, &asked);
        let mut named: Vec<_> = decision.considered.iter().map(|one| &one.channel).collect();
        let mut given: Vec<_> = candidates.iter().map(|one| &one.route.channel).collect();
        named.sort();
        given.sort();
        prop_assert_eq!(named, given);
        let all = decision.considered.iter();
        let chosen = all.filter(|one| one.verdict == RouteVerdict::Chosen).count();
        prop_assert!(chosen <= 1);
    }

    #[test]
    fn the_order_in_which_candidates_are_given_does_not_matter(
        book in any_book(), candidates in prop::collection::vec(any_candidate(), 0..6),
        turn in 0..6_usize, seed in any::<u64>(),
    ) {
        // One route to a channel: two routes that differ in nothing shown cannot be told apart.
        let mut candidates = candidates;
        candidates.sort_by(|one, other| one.route.channel.cmp(&other.route.channel));
        candidates.dedup_by(|one, other| one.route.channel == other.route.channel);
        let asked = Question { seed: Seed(seed), ..question(500) };
        let first = decide(&book, &candidates, &asked);
        if !candidates.is_empty() {
            let by = turn % candidates.len();
            candidates.rotate_left(by);
        }
        prop_assert_eq!(first, decide(&book, &candidates, &asked));
    }
}

fn named_book(names: &[&str]) -> RuleBook {
    let rule = |name: &&str| Rule {
        name: (*name).to_owned(),
        when: Conditions::default(),
        to: vec![Target { channel: "a".to_owned(), weight: 1 }],
        choose: Choose::Weight,
    };
    RuleBook { version: 1, rules: names.iter().map(rule).collect() }
}

#[test]
fn a_change_touches_its_own_rule_only() {
    let book = named_book(&["x", "y", "z"]);
    let names = |change: &RuleChange| {
        book.changed(change).into_iter().map(|rule| rule.name).collect::<Vec<_>>().join("")
    };
    let rule = |name: &str| Some(Rule { name: name.to_owned(), ..book.rules[0].clone() });
    let change = |name: &str, after: Option<Rule>, in_front_of: Option<&str>| RuleChange {
        name: name.to_owned(),
        after,
        in_front_of: in_front_of.map(str::to_owned),
    };
    for (change, order) in [
        (change("y", None, None), "xz"),
        (change("y", rule("y"), None), "xyz"),
        (change("w", rule("w"), None), "xyzw"),
        (change("w", rule("w"), Some("x")), "wxyz"),
        (change("z", rule("z"), Some("x")), "zxy"),
        (change("x", rule("x"), Some("z")), "yxz"),
        (change("x", rule("x"), Some("gone")), "xyz"),
        (change("gone", None, None), "xyz"),
    ] {
        assert_eq!(names(&change), order, "{change:?}");
    }
}
