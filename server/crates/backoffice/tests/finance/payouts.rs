use crate::bank::Mood;
use crate::fixture::{self, House};
use backoffice::approvals::{self, ApprovalError};
use backoffice::payouts::{self, Evidence, PayoutError};
use backoffice::reserve::ReserveError;
use domain::approval::{DecisionRefused, Verdict};
use domain::ids::{ApprovalId, PayoutBatchId, PayoutId, StatementLineId};
use domain::money::Money;
use domain::page::PageRequest;
use domain::payout::{BatchState, PayoutDetail, PayoutFilter, PayoutSummary};
use sqlx::PgPool;

/// The shop sold for 100.00, is settled, and the channel has paid in.
async fn house_with_a_payout(pool: PgPool) -> (House, PayoutSummary) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-30").await;
    house.funds_arrive(10_000).await;
    house.settle("2026-03-31").await;
    let payout = drafts(&house).await.remove(0);
    (house, payout)
}

async fn drafts(house: &House) -> Vec<PayoutSummary> {
    let filter = PayoutFilter { state: Some("drafted".to_owned()), ..PayoutFilter::default() };
    let page = PageRequest::default();
    payouts::list(&house.office, &house.maker, &filter, page).await.unwrap().rows
}

async fn made(house: &House, payout: PayoutId) -> PayoutBatchId {
    payouts::make_batch(&house.office, &house.maker, house.reserve, &[payout]).await.unwrap()
}

async fn submitted(house: &House, payout: PayoutId) -> (PayoutBatchId, ApprovalId) {
    let batch = made(house, payout).await;
    let approval = payouts::submit(&house.office, &house.maker, batch).await.unwrap();
    (batch, approval)
}

async fn approved(house: &House, payout: PayoutId) -> PayoutBatchId {
    let (batch, approval) = submitted(house, payout).await;
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    batch
}

async fn look(house: &House, payout: PayoutId) -> PayoutDetail {
    payouts::find(&house.office, &house.maker, payout).await.unwrap()
}

async fn batch_state(house: &House, batch: PayoutBatchId) -> BatchState {
    payouts::find_batch(&house.office, &house.maker, batch).await.unwrap().summary.state
}

fn line(number: u128, fen: i64) -> Evidence {
    Evidence {
        line: StatementLineId(uuid::Uuid::from_u128(number)),
        bank_ref: format!("STMT{number}"),
        amount: Money::cny(fen),
        at: time::macros::datetime!(2026-03-31 06:00 UTC),
    }
}

async fn complete(house: &House, number: &str, line: &Evidence) -> Result<PayoutId, PayoutError> {
    let mut tx = house.office.begin().await.unwrap();
    let done = payouts::complete(&mut tx, &house.office, number, line).await;
    if done.is_ok() {
        tx.commit().await.unwrap();
    }
    done
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payout_goes_from_draft_to_the_statement(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let batch = approved(&house, payout.id).await;
    let sent = look(&house, payout.id).await;
    assert_eq!(sent.summary.state.name(), "accepted");
    assert_eq!(sent.payee.account, "62M100001");
    assert_eq!(sent.batch_number.as_deref(), Some("PB20260331-001"));
    assert_eq!(house.balance("2241.03", house.shop).await, 0);
    assert_eq!(house.balance("2241.08", "").await, 9_940);
    house.books_are_sound().await;

    complete(&house, &payout.number, &line(1, 9_940)).await.unwrap();
    complete(&house, &payout.number, &line(1, 9_940)).await.unwrap(); // the same line again
    let paid = look(&house, payout.id).await;
    assert_eq!(paid.summary.state.name(), "paid");
    let steps: Vec<_> = paid.steps.iter().map(|step| step.state.as_str()).collect();
    assert_eq!(steps, ["drafted", "submitted", "queued", "sending", "accepted", "paid"]);
    assert_eq!(house.balance("2241.08", "").await, 0);
    assert_eq!(house.balance("1012.01", "").await, 60);
    assert_eq!(batch_state(&house, batch).await, BatchState::Closed);
    let again = complete(&house, &payout.number, &line(2, 9_940)).await;
    assert!(matches!(again, Err(PayoutError::Transition(_))), "another line");
    assert_eq!(house.bank.sent(), [payout.number]);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_maker_cannot_approve_their_own_batch(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let (_, approval) = submitted(&house, payout.id).await;
    // Nor with the checker's role on top of their own.
    house.give_role(&house.maker, domain::access::Role::FinanceChecker).await;
    let refused = house.decide(&house.maker, approval, Verdict::Approve).await;
    assert!(
        matches!(refused, Err(ApprovalError::Refused(DecisionRefused::MakerIsChecker))),
        "{refused:?}"
    );
    // Nor past the application.
    let in_the_database = sqlx::query(
        "UPDATE approvals SET state = 'approved', checker_id = maker_id, decided_at = made_at,
                votes_missing = 0
         WHERE id = $1",
    )
    .bind(approval.0)
    .execute(&house.office.db)
    .await
    .unwrap_err();
    let constraint = in_the_database.as_database_error().and_then(|e| e.constraint());
    assert_eq!(constraint, Some("approvals_maker_is_not_checker"));
    house.work().await;
    assert!(house.bank.sent().is_empty());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_account_changed_after_approval_makes_it_stale_and_nothing_is_sent(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let (batch, approval) = submitted(&house, payout.id).await;
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    sqlx::query("UPDATE merchants SET settlement_account_no = '62NEW' WHERE id = $1")
        .bind(house.shop.0)
        .execute(&house.office.db)
        .await
        .unwrap();
    house.work().await;
    assert!(house.bank.sent().is_empty());
    assert_eq!(house.balance("2241.03", house.shop).await, 9_940);
    let detail = approvals::find(&house.office, &house.checker, approval).await.unwrap();
    assert_eq!(detail.summary.state, "stale");
    assert_eq!(batch_state(&house, batch).await, BatchState::Rejected);
    let back = look(&house, payout.id).await;
    assert_eq!(back.summary.state.name(), "drafted");
    assert_eq!(back.payee.account, "62NEW");
    let why = back.steps.last().unwrap().note.as_str();
    assert_eq!(why, "the settlement account of M100001 changed after submission");
    // A new batch, with the new account in front of the checker, goes through.
    approved(&house, payout.id).await;
    assert_eq!(house.bank.sent().len(), 1);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_bank_that_times_out_is_queried_and_pays_once(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    house.bank.will(&[Mood::DoesItSilently]);
    let (_, approval) = submitted(&house, payout.id).await;
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    let known = look(&house, payout.id).await;
    assert_eq!(known.summary.state.name(), "accepted", "the query told");
    let steps: Vec<_> = known.steps.iter().map(|step| step.state.as_str()).collect();
    assert_eq!(steps[3..], ["sending", "unknown", "accepted"]);
    assert_eq!(house.bank.queried(), std::slice::from_ref(&payout.number));
    complete(&house, &payout.number, &line(1, 9_940)).await.unwrap();
    assert_eq!(house.bank.sent(), std::slice::from_ref(&payout.number), "one effect at the bank");
    assert_eq!(house.bank.done().len(), 1);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_number_the_bank_does_not_know_stays_unknown_and_is_never_sent_again(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    house.bank.will(&[Mood::LosesIt]);
    approved(&house, payout.id).await;
    house.wait(60).await;
    house.wait(60).await;
    let unknown = look(&house, payout.id).await;
    assert_eq!(unknown.summary.state.name(), "unknown");
    assert!(unknown.queries >= 3);
    assert_eq!(house.bank.sent().len(), 1);
    assert_eq!(house.balance("2241.08", "").await, 9_940, "the money stays set aside");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_worker_killed_while_sending_leaves_it_unknown_not_sent_twice(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let (_, approval) = submitted(&house, payout.id).await;
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    // The decision is carried out, and then the worker dies right after writing "sending".
    backoffice::work::run_one(&house.office).await.unwrap();
    sqlx::query("UPDATE payouts SET state = 'sending' WHERE id = $1 AND state = 'queued'")
        .bind(payout.id.0)
        .execute(&house.office.db)
        .await
        .unwrap();
    house.work().await;
    assert_eq!(look(&house, payout.id).await.summary.state.name(), "unknown");
    assert!(house.bank.sent().is_empty());
    // The statement proves that it had arrived after all.
    complete(&house, &payout.number, &line(1, 9_940)).await.unwrap();
    house.wait(60).await;
    assert_eq!(look(&house, payout.id).await.summary.state.name(), "paid");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_unreachable_bank_gets_the_same_number_later(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    house.bank.will(&[Mood::Unreachable]);
    approved(&house, payout.id).await;
    assert_eq!(look(&house, payout.id).await.summary.state.name(), "queued");
    house.wait(1).await;
    assert_eq!(look(&house, payout.id).await.summary.state.name(), "accepted");
    assert_eq!(house.bank.sent(), [payout.number.clone(), payout.number]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_answer_with_another_amount_is_not_believed(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    house.bank.will(&[Mood::MisstatesAmount]);
    let (_, approval) = submitted(&house, payout.id).await;
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    let steps = look(&house, payout.id).await.steps;
    let unknown = steps.iter().find(|step| step.state == "unknown").unwrap();
    assert_eq!(unknown.note, "the bank reports 99.41 CNY where 99.40 CNY was asked for");
    let differs = complete(&house, &payout.number, &line(1, 9_941)).await;
    assert!(matches!(differs, Err(PayoutError::AmountDiffers { .. })));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payout_the_bank_refuses_gives_the_merchant_its_money_back(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    house.bank.will(&[Mood::Declines]);
    let batch = approved(&house, payout.id).await;
    let rejected = look(&house, payout.id).await;
    assert_eq!(rejected.summary.state.name(), "rejected");
    assert_eq!(rejected.steps.last().unwrap().note, "E17: account closed");
    assert_eq!(house.balance("2241.03", house.shop).await, 9_940);
    assert_eq!(house.balance("2241.08", "").await, 0);
    assert_eq!(batch_state(&house, batch).await, BatchState::Closed);
    let proven = complete(&house, &payout.number, &line(1, 9_940)).await;
    assert!(matches!(proven, Err(PayoutError::Transition(_))), "a case for an error item");
    // The next run drafts a replacement under another number.
    house.settle("2026-03-31").await;
    let replacement = drafts(&house).await.remove(0);
    assert_ne!(replacement.number, payout.number);
    approved(&house, replacement.id).await;
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_returned_payout_waits_for_a_decision(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    approved(&house, payout.id).await;
    let reason = "AC04 account closed";
    let mut tx = house.office.begin().await.unwrap();
    let early =
        payouts::returned(&mut tx, &house.office, &payout.number, &line(9, 9_940), reason).await;
    assert!(matches!(early, Err(PayoutError::Transition(_))), "not paid yet");
    drop(tx);
    complete(&house, &payout.number, &line(1, 9_940)).await.unwrap();
    let mut tx = house.office.begin().await.unwrap();
    for _ in 0..2 {
        payouts::returned(&mut tx, &house.office, &payout.number, &line(2, 9_940), reason)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(look(&house, payout.id).await.summary.state.name(), "returned");
    assert_eq!(house.balance("2241.10", "").await, 9_940);
    assert_eq!(house.balance("1012.01", "").await, 10_000);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_batch_the_reserve_does_not_cover_is_refused_by_how_much(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-30").await;
    house.funds_arrive(9_000).await;
    house.settle("2026-03-31").await;
    let payout = drafts(&house).await.remove(0);
    let batch = made(&house, payout.id).await;
    let refused = payouts::submit(&house.office, &house.maker, batch).await.unwrap_err();
    let PayoutError::Reserve(ReserveError::Short { short, .. }) = &refused else {
        panic!("{refused}")
    };
    assert_eq!(*short, Money::cny(940));
    // Once the rest has arrived the same batch goes.
    house.funds_arrive(1_000).await;
    payouts::submit(&house.office, &house.maker, batch).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_reserve_emptied_after_approval_sends_nothing(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let (batch, approval) = submitted(&house, payout.id).await;
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    let id = house.office.new_id();
    house.books(id, |event| ledger::entries::bank_charged(event, "", Money::cny(100))).await;
    house.work().await;
    assert!(house.bank.sent().is_empty());
    let batch = payouts::find_batch(&house.office, &house.maker, batch).await.unwrap();
    assert_eq!(batch.summary.state, BatchState::Rejected);
    let why = batch.summary.failure.unwrap();
    assert!(why.ends_with("0.40 CNY short; wait for channel funds or pay fewer"), "{why}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn of_two_checkers_at_once_one_decides(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let (_, approval) = submitted(&house, payout.id).await;
    let (one, other) = tokio::join!(
        house.decide(&house.checker, approval, Verdict::Approve),
        house.decide(&house.second_checker, approval, Verdict::Reject),
    );
    let refused = match (one, other) {
        (Ok(()), Err(refused)) | (Err(refused), Ok(())) => refused,
        both => panic!("{both:?}"),
    };
    let already = matches!(&refused, ApprovalError::Refused(DecisionRefused::AlreadyDecided(_)));
    assert!(already, "{refused}");
    house.work().await;
    assert!(house.bank.sent().len() <= 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_rejected_batch_frees_its_payouts_with_the_reason(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let (batch, approval) = submitted(&house, payout.id).await;
    let taken = payouts::make_batch(&house.office, &house.maker, house.reserve, &[payout.id]).await;
    assert!(matches!(taken, Err(PayoutError::NotFree { .. })));
    house.decide(&house.checker, approval, Verdict::Reject).await.unwrap();
    house.work().await;
    let rejected = payouts::find_batch(&house.office, &house.maker, batch).await.unwrap();
    assert_eq!(rejected.summary.failure.as_deref(), Some("looked at it"));
    assert_eq!(rejected.payouts.len(), 1, "the batch remembers what was in it");
    assert_eq!(rejected.payouts[0].batch, None);
    assert_eq!(drafts(&house).await.len(), 1);
    let again = payouts::submit(&house.office, &house.maker, batch).await;
    assert!(matches!(again, Err(PayoutError::BatchNotDrafted { .. })));
    let batches =
        payouts::list_batches(&house.office, &house.maker, None, PageRequest::default()).await;
    assert_eq!(batches.unwrap().total, 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn only_a_maker_makes_batches_and_never_of_nothing(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let office = &house.office;
    let refused = payouts::make_batch(office, &house.checker, house.reserve, &[payout.id]).await;
    assert!(matches!(refused, Err(PayoutError::Forbidden(_))));
    let empty = payouts::make_batch(office, &house.maker, house.reserve, &[]).await;
    assert!(matches!(empty, Err(PayoutError::EmptyBatch)));
    let unseen = payouts::find(office, &house.operations, payout.id).await;
    assert!(matches!(unseen, Err(PayoutError::Forbidden(_))));
}
