//! Stories about chains of approval, told with payout batches.

use crate::fixture::{self, House};
use backoffice::access;
use backoffice::access::second_factor;
use backoffice::approvals::delegations::{self, Lending};
use backoffice::approvals::{self, ApprovalError, rules};
use backoffice::decisions::{self, DecisionError, Saying};
use backoffice::payouts;
use domain::access::{Actor, Role};
use domain::approval::{
    ApprovalDetail, ApprovalKind, Authority, Conditions, DecisionRefused, Inbox, Level, Rule, Step,
    Verdict,
};
use domain::ids::{ApprovalId, PayoutId};
use domain::money::Money;
use domain::page::PageRequest;
use domain::payout::{PayoutFilter, PayoutSummary};
use domain::staff::SecondFactor;
use sqlx::PgPool;
use time::Duration;
use totp_rs::{Builder, Secret};

struct Story {
    house: House,
    manager: Actor,
    payouts: Vec<PayoutSummary>,
}

fn step(level: Level) -> Step {
    Step { level, ..Step::default() }
}

fn rule(name: &str, when: Conditions, steps: &[Step]) -> Rule {
    Rule { name: name.to_owned(), when, steps: steps.to_vec(), hours: 24 }
}

/// A house with `sales` settled payouts of 99.40, whose second checker has level L2 and whose
/// manager has level L3.
async fn story(pool: PgPool, sales: i64, rules: Vec<Rule>) -> Story {
    let house = fixture::open(pool).await;
    let manager = fixture::person(&house.office, "manager", Role::Manager).await;
    let authorities = [(&house.second_checker, Level::L2), (&manager, Level::L3)];
    let authorities =
        authorities.map(|(who, level)| Authority { staff: who.staff, level, until: None }).to_vec();
    let mut tx = house.office.begin().await.unwrap();
    rules::set_up(&mut tx, &house.office, (rules, authorities)).await.unwrap();
    tx.commit().await.unwrap();
    for merchant in [house.shop, house.platform].into_iter().take(usize::try_from(sales).unwrap()) {
        house.paid((merchant, None), "2026-03-30").await;
    }
    house.funds_arrive(10_000 * sales).await;
    house.settle("2026-03-31").await;
    let filter = PayoutFilter { state: Some("drafted".to_owned()), ..PayoutFilter::default() };
    let page = PageRequest::default();
    let payouts = payouts::list(&house.office, &house.maker, &filter, page).await.unwrap().rows;
    Story { house, manager, payouts }
}

impl Story {
    async fn submit(&self, payout: PayoutId) -> ApprovalId {
        let House { office, maker, reserve, .. } = &self.house;
        let batch = payouts::make_batch(office, maker, *reserve, &[payout]).await.unwrap();
        payouts::submit(office, maker, batch).await.unwrap()
    }

    async fn see(&self, who: &Actor, id: ApprovalId) -> ApprovalDetail {
        approvals::find(&self.house.office, who, id).await.unwrap()
    }

    async fn say(
        &self,
        who: &Actor,
        (id, hash): (ApprovalId, &str),
        (verdict, code): (Verdict, &str),
    ) -> Result<(), DecisionError> {
        let saying = Saying { verdict, note: "seen", code };
        decisions::decide(&self.house.office, who, (id, hash), saying).await
    }

    async fn approve(&self, who: &Actor, id: ApprovalId) -> Result<(), DecisionError> {
        let hash = self.see(who, id).await.content_hash;
        self.say(who, (id, &hash), (Verdict::Approve, "")).await
    }

    async fn inbox(&self, who: &Actor, inbox: Inbox) -> Vec<ApprovalId> {
        let page = PageRequest::default();
        let page = approvals::list(&self.house.office, who, inbox, page).await.unwrap();
        page.rows.into_iter().map(|row| row.id).collect()
    }
}

fn refused(result: Result<(), DecisionError>) -> DecisionRefused {
    match result {
        Err(DecisionError::Approval(ApprovalError::Refused(refused))) => refused,
        other => panic!("{other:?}"),
    }
}

fn three_levels() -> Vec<Rule> {
    let when = Conditions { amount_over: Some(Money::cny(5_000)), ..Conditions::default() };
    let manager = Step { role: Some(Role::Manager), ..step(Level::L3) };
    vec![rule("over 50", when, &[step(Level::L1), step(Level::L2), manager])]
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_large_batch_goes_through_three_people_in_order(pool: PgPool) {
    let story = story(pool, 1, three_levels()).await;
    let House { checker, second_checker, .. } = &story.house;
    let id = story.submit(story.payouts[0].id).await;
    let seen = story.see(checker, id).await;
    assert_eq!(seen.rules, ["over 50"]);
    assert_eq!(seen.summary.facts.amount, Some(Money::cny(9_940)));
    assert!(seen.summary.facts.shares[0].first, "an account that was never paid");
    assert_eq!(story.inbox(checker, Inbox::ToDecide).await, [id]);

    story.approve(checker, id).await.unwrap();
    assert_eq!(refused(story.approve(checker, id).await), DecisionRefused::TookPart);
    assert_eq!(story.inbox(checker, Inbox::ToDecide).await, []);
    assert_eq!(story.inbox(checker, Inbox::Others).await, [id]);
    let too_early = story.approve(&story.manager, id).await;
    assert!(matches!(too_early, Err(DecisionError::Approval(ApprovalError::Forbidden(_)))));
    story.approve(second_checker, id).await.unwrap();
    story.house.work().await;
    assert!(story.house.bank.sent().is_empty(), "one step is missing");
    assert_eq!(story.inbox(&story.manager, Inbox::ToDecide).await, [id]);
    story.approve(&story.manager, id).await.unwrap();
    story.house.work().await;
    assert_eq!(story.house.bank.sent(), [story.payouts[0].number.clone()]);
    let votes = story.see(checker, id).await.votes;
    let names: Vec<_> = votes.iter().map(|vote| vote.staff_name.as_str()).collect();
    assert_eq!(names, ["checker", "second", "manager"]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_account_changed_after_approval_began_is_shown_and_asked_about_again(pool: PgPool) {
    let two = Conditions { amount_over: Some(Money::cny(1)), ..Conditions::default() };
    let rules = vec![rule("two", two, &[step(Level::L1), step(Level::L1)])];
    let story = story(pool, 1, rules).await;
    let House { checker, second_checker, .. } = &story.house;
    let id = story.submit(story.payouts[0].id).await;
    let shown = story.see(checker, id).await.content_hash;
    story.say(checker, (id, &shown), (Verdict::Approve, "")).await.unwrap();
    sqlx::query("UPDATE merchants SET settlement_account_no = '62NEW' WHERE id = $1")
        .bind(story.house.shop.0)
        .execute(&story.house.office.db)
        .await
        .unwrap();
    // The second one still has the old page.
    let stale = story.say(second_checker, (id, &shown), (Verdict::Approve, "")).await;
    let text = stale.unwrap_err().to_string();
    assert!(text.contains("payouts.1.payee.account 62M100001 → 62NEW"), "{text}");
    let again = story.see(second_checker, id).await;
    assert_eq!((again.revision, again.summary.agreed), (2, 0), "everybody is asked again");
    assert_eq!(again.changes[0].now.as_deref(), Some("\"62NEW\""));
    for who in [second_checker, checker] {
        story.approve(who, id).await.unwrap();
    }
    story.house.work().await;
    assert_eq!(story.house.bank.sent().len(), 1);
    assert_eq!(story.house.bank.accounts_paid(), ["62NEW"]);
    story.house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_second_account_of_the_maker_decides_nothing(pool: PgPool) {
    let story = story(pool, 1, Vec::new()).await;
    let House { office, checker, second_checker, .. } = &story.house;
    for login in ["maker", "checker"] {
        access::name_person(office, login, "E-0007").await.unwrap();
    }
    let id = story.submit(story.payouts[0].id).await;
    assert_eq!(refused(story.approve(checker, id).await), DecisionRefused::MakerIsChecker);
    // Nor past the application: the person has a part in the request already.
    let past = sqlx::query(
        "INSERT INTO approval_people (approval_id, revision, person, part)
         VALUES ($1, 1, 'E-0007', 'checker')",
    )
    .bind(id.0)
    .execute(&office.db)
    .await
    .unwrap_err();
    let constraint = past.as_database_error().and_then(|error| error.constraint());
    assert_eq!(constraint, Some("approval_people_nobody_twice"));
    story.approve(second_checker, id).await.unwrap();
}

fn week(story: &Story, stand_in: &str) -> Lending {
    let from = story.house.office.now();
    let until = from.saturating_add(Duration::days(7));
    Lending { stand_in: stand_in.to_owned(), from, until, reason: "annual leave".to_owned() }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_lent_right_reaches_for_its_time_and_gives_nobody_a_second_part(pool: PgPool) {
    let when = Conditions::default();
    let rules = vec![rule("two levels", when, &[step(Level::L1), step(Level::L2)])];
    let story = story(pool, 2, rules).await;
    let House { office, checker, second_checker, maker, .. } = &story.house;
    let id = story.submit(story.payouts[0].id).await;
    let nothing = delegations::lend(office, maker, &week(&story, "checker")).await;
    assert!(matches!(nothing, Err(ApprovalError::NothingToLend)));
    let to_a_maker = delegations::lend(office, second_checker, &week(&story, "maker")).await;
    assert!(matches!(to_a_maker, Err(ApprovalError::NoStandIn)));
    let lent = delegations::lend(office, second_checker, &week(&story, "checker")).await.unwrap();
    // The checker decides the first step as herself; then the lent right would be her second part.
    story.approve(checker, id).await.unwrap();
    assert_eq!(refused(story.approve(checker, id).await), DecisionRefused::TookPart);
    // Somebody else decides the first step of another: there she stands in for the second.
    let other = story.submit(story.payouts[1].id).await;
    story.approve(second_checker, other).await.unwrap();
    let twice = refused(story.approve(checker, other).await);
    assert!(matches!(twice, DecisionRefused::LevelMissing { .. }), "{twice:?}");
    delegations::revoke(office, second_checker, lent).await.unwrap();
    let mut late = week(&story, "checker");
    late.from = late.from.saturating_add(Duration::days(1));
    delegations::lend(office, &story.manager, &late).await.unwrap();
    let over = refused(story.approve(checker, other).await);
    assert!(matches!(over, DecisionRefused::LevelMissing { .. }), "lent for later: {over:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_role_lost_between_page_and_click_decides_nothing(pool: PgPool) {
    let story = story(pool, 1, Vec::new()).await;
    let House { office, checker, .. } = &story.house;
    let id = story.submit(story.payouts[0].id).await;
    let shown = story.see(checker, id).await.content_hash;
    sqlx::query("DELETE FROM staff_roles WHERE staff_id = $1")
        .bind(checker.staff.0)
        .execute(&office.db)
        .await
        .unwrap();
    // The actor still says so, as the session did when the page was made.
    assert!(checker.roles.contains(&Role::FinanceChecker));
    let late = story.say(checker, (id, &shown), (Verdict::Approve, "")).await;
    assert!(matches!(late, Err(DecisionError::Approval(ApprovalError::Forbidden(_)))), "{late:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_request_nobody_decides_goes_up_and_never_away(pool: PgPool) {
    let hour = Rule { hours: 1, ..rule("quick", Conditions::default(), &[step(Level::L1)]) };
    let story = story(pool, 1, vec![hour]).await;
    let House { checker, second_checker, .. } = &story.house;
    let id = story.submit(story.payouts[0].id).await;
    story.house.wait(61).await;
    let raised = story.see(checker, id).await;
    assert_eq!((raised.summary.escalations, raised.summary.state.as_str()), (1, "pending"));
    assert_eq!(raised.summary.open_step(), Some(step(Level::L2)));
    assert!(raised.cannot.is_some(), "the first level is passed over");
    story.house.wait(61).await;
    story.house.wait(61).await;
    let top = story.see(checker, id).await;
    assert_eq!(top.summary.open_step(), Some(step(Level::L3)), "as high as somebody is");
    assert_eq!(top.summary.state, "pending");
    assert!(story.approve(second_checker, id).await.is_err());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn of_two_batches_made_at_once_the_second_counts_the_first(pool: PgPool) {
    let when = Conditions { maker_day_over: Some(Money::cny(10_000)), ..Conditions::default() };
    let rules = vec![rule("maker of a day", when, &[step(Level::L1), step(Level::L2)])];
    let story = story(pool, 2, rules).await;
    let [one, other] = [story.payouts[0].id, story.payouts[1].id];
    let (one, other) = tokio::join!(story.submit(one), story.submit(other));
    let checker = &story.house.checker;
    let steps = [story.see(checker, one).await, story.see(checker, other).await]
        .map(|detail| detail.summary.steps.len());
    assert_eq!(steps.iter().sum::<usize>(), 3, "one light, one heavy: {steps:?}");
    // Taken back, it makes room again.
    let heavy = if steps[0] == 2 { one } else { other };
    approvals::withdraw(&story.house.office, &story.house.maker, heavy).await.unwrap();
    story.house.work().await;
    let filter = PayoutFilter { state: Some("drafted".to_owned()), ..PayoutFilter::default() };
    let House { office, maker, .. } = &story.house;
    let free =
        payouts::list(office, maker, &filter, PageRequest::default()).await.unwrap().rows.remove(0);
    let again = story.submit(free.id).await;
    assert_eq!(story.see(checker, again).await.summary.steps.len(), 2, "the sum is full again");
}

async fn code(story: &Story, who: &Actor, secret: &str, later: u64) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).with_account_name(&*who.name).build().unwrap();
    let now = u64::try_from(story.house.office.now().unix_timestamp()).unwrap();
    totp.generate(now - 30 + later * 30).to_string()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn above_a_limit_the_second_factor_is_asked_for_and_each_code_counts_once(pool: PgPool) {
    let proven = Step { second_factor: true, ..Step::default() };
    let over = Conditions { amount_over: Some(Money::cny(9_000)), ..Conditions::default() };
    let story = story(pool, 2, vec![rule("careful", over, &[proven])]).await;
    let office = &story.house.office;
    let new = access::NewStaff {
        login: "li",
        name: "li",
        password: "correct horse battery",
        roles: &[Role::FinanceChecker],
    };
    access::add_staff(office, &new).await.unwrap();
    let li = access::actor_by_login(office, "li").await.unwrap();
    let [first, second] = [story.payouts[0].id, story.payouts[1].id];
    let (first, second) = (story.submit(first).await, story.submit(second).await);
    assert_eq!(refused(story.approve(&li, first).await), DecisionRefused::SecondFactorMissing);

    assert!(second_factor::enrol(office, &li, ("wrong horse battery", "")).await.is_err());
    second_factor::enrol(office, &li, ("correct horse battery", "")).await.unwrap();
    let SecondFactor::ToConfirm { secret, .. } =
        second_factor::standing(office, &li).await.unwrap()
    else {
        panic!("a secret to confirm")
    };
    second_factor::confirm(office, &li, &code(&story, &li, &secret, 0).await).await.unwrap();
    let standing = second_factor::standing(office, &li).await.unwrap();
    assert!(matches!(standing, SecondFactor::Confirmed { .. }), "and shown to nobody again");

    let hash = story.see(&li, first).await.content_hash;
    let right = code(&story, &li, &secret, 1).await;
    story.say(&li, (first, &hash), (Verdict::Approve, &right)).await.unwrap();
    let hash = story.see(&li, second).await.content_hash;
    let replayed = story.say(&li, (second, &hash), (Verdict::Approve, &right)).await;
    let text = replayed.unwrap_err().to_string();
    assert_eq!(text, "the code is not right or was used before: wait for the next one");
    let next = code(&story, &li, &secret, 2).await;
    story.say(&li, (second, &hash), (Verdict::Approve, &next)).await.unwrap();
    let told: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_records WHERE after::text LIKE $1")
            .bind(format!("%{secret}%"))
            .fetch_one(&office.db)
            .await
            .unwrap();
    assert_eq!(told, 0, "the secret stands in no record");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn several_at_once_are_decided_each_for_itself(pool: PgPool) {
    let story = story(pool, 2, Vec::new()).await;
    let House { office, checker, maker, .. } = &story.house;
    let one = story.submit(story.payouts[0].id).await;
    story.house.give_role(checker, Role::FinanceMaker).await;
    let as_maker = Actor { roles: vec![Role::FinanceMaker], ..checker.clone() };
    let payout = story.payouts[1].id;
    let batch =
        payouts::make_batch(office, &as_maker, story.house.reserve, &[payout]).await.unwrap();
    let own = payouts::submit(office, &as_maker, batch).await.unwrap();
    let nothing = ApprovalId(office.new_id());
    let dry = decisions::rehearse(office, checker, &[one, own, nothing]).await.unwrap();
    let refusals: Vec<_> = dry.iter().map(|item| item.refusal.is_some()).collect();
    assert_eq!(refusals, [false, true, true]);
    let shown: Vec<_> = dry.into_iter().map(|item| (item.id, item.content_hash)).collect();
    let saying = Saying { verdict: Verdict::Approve, note: "", code: "" };
    let outcomes = decisions::decide_several(office, checker, &shown, saying).await.unwrap();
    let said: Vec<_> = outcomes.iter().map(|outcome| outcome.refusal.as_deref()).collect();
    assert_eq!(said[0], None);
    assert!(said[1].unwrap().starts_with("you proposed this yourself"), "{said:?}");
    assert!(said[2].is_some());
    assert_eq!(story.see(maker, own).await.summary.state, "pending", "the rest is untouched");
    story.house.work().await;
    assert_eq!(story.house.bank.sent().len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn of_a_hundred_approvals_at_once_one_counts(pool: PgPool) {
    let story = story(pool, 1, Vec::new()).await;
    let House { checker, second_checker, .. } = &story.house;
    let id = story.submit(story.payouts[0].id).await;
    let hash = story.see(checker, id).await.content_hash;
    let mut counted = 0;
    for _ in 0..10 {
        let five = || async {
            let one = story.say(checker, (id, &hash), (Verdict::Approve, ""));
            let other = story.say(second_checker, (id, &hash), (Verdict::Approve, ""));
            let (a, b) = tokio::join!(one, other);
            usize::from(a.is_ok()) + usize::from(b.is_ok())
        };
        let (a, b, c, d, e) = tokio::join!(five(), five(), five(), five(), five());
        counted += a + b + c + d + e;
    }
    assert_eq!(counted, 1);
    story.house.work().await;
    assert_eq!(story.house.bank.sent().len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn approval_rules_are_changed_by_two_people(pool: PgPool) {
    let story = story(pool, 1, Vec::new()).await;
    let House { office, maker, .. } = &story.house;
    let admin = fixture::person(office, "admin", Role::Admin).await;
    let rules = three_levels();
    let refused = rules::propose_book(office, maker, (rules.clone(), vec![])).await;
    assert!(matches!(refused, Err(ApprovalError::Forbidden(_))));
    let senseless = vec![Rule { steps: vec![], ..rules[0].clone() }];
    assert!(rules::propose_book(office, &admin, (senseless, vec![])).await.is_err());
    let id = rules::propose_book(office, &admin, (rules.clone(), vec![])).await.unwrap();
    assert_eq!(story.see(&admin, id).await.summary.kind, ApprovalKind::ApprovalRules);
    assert!(rules::book(office, maker).await.unwrap().rules.is_empty(), "not in force yet");
    story.approve(&story.manager, id).await.unwrap();
    story.house.work().await;
    let book = rules::book(office, maker).await.unwrap();
    assert_eq!((book.version, book.rules), (2, rules));
}
