//! Manual adjustments, from the maker's form to the books.

#![cfg(test)]

mod desk;
#[path = "adjustments/documents.rs"]
mod documents;

use backoffice::adjustments::{self, AdjustmentError};
use backoffice::approvals::{self, ApprovalError};
use backoffice::explain::{Explain, Kind};
use backoffice::office::Office;
use backoffice::{accounts, work};
use desk::{NOON, collected, office, person, today};
use domain::access::{Actor, Permission, Role};
use domain::account::AccountRef;
use domain::adjustment::{
    AdjustmentFilter, AdjustmentLine, AdjustmentRequest, AdjustmentState, Baseline, Reason,
    Template, TemplateParties,
};
use domain::approval::{DecisionRefused, Verdict};
use domain::ids::{AdjustmentId, JournalId};
use domain::money::{Currency, Money};
use sqlx::PgPool;
use uuid::Uuid;

fn request(number: u128, lines: Vec<AdjustmentLine>) -> AdjustmentRequest {
    AdjustmentRequest {
        id: AdjustmentId(Uuid::from_u128(number)),
        baseline: Baseline::Bank,
        reason: Reason::BankLong,
        evidence: "statement of 2026-03-31, line 17".to_owned(),
        corrects: None,
        reverses: None,
        recurring: None,
        lines,
    }
}

fn surplus(fen: i64) -> AdjustmentRequest {
    let lines = Template::LongFound.lines(Money::cny(fen), &TemplateParties::default());
    request(1, lines.unwrap())
}

/// Takes `fen` from what merchant 1 is owed: an account with a floor.
fn from_merchant(number: u128, fen: i64) -> AdjustmentRequest {
    let parties = TemplateParties { merchant: Some(Uuid::from_u128(1).into()), channel: None };
    request(number, Template::ShortFromMerchant.lines(Money::cny(fen), &parties).unwrap())
}

async fn decide(
    office: &Office,
    checker: &Actor,
    id: AdjustmentId,
    (verdict, note): (Verdict, &str),
) -> Result<(), ApprovalError> {
    let approval = adjustments::find(office, checker, id).await.unwrap().approval;
    let shown = approvals::find(office, checker, approval).await?;
    approvals::decide(office, checker, approval, (&shown.content_hash, verdict, note)).await?;
    work::run_until_idle(office).await.unwrap();
    Ok(())
}

async fn balance(office: &Office, account: &AccountRef) -> i64 {
    let mut conn = office.db.acquire().await.unwrap();
    ledger::balance(&mut conn, account, Currency::Cny).await.unwrap().minor()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_approved_adjustment_is_booked_and_linked_both_ways(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    let checker = person(&office, Role::FinanceChecker).await;
    let effects = adjustments::preview(&office, &maker, &surplus(777)).await.unwrap();
    assert_eq!((effects[1].before, effects[1].after), (Money::cny(0), Money::cny(777)));
    let id = adjustments::propose(&office, &maker, &surplus(777)).await.unwrap();
    assert_eq!(balance(&office, &AccountRef::long_suspense()).await, 0, "nothing moves yet");
    decide(&office, &checker, id, (Verdict::Approve, "")).await.unwrap();
    assert_eq!(balance(&office, &AccountRef::long_suspense()).await, 777);
    let found = adjustments::find(&office, &checker, id).await.unwrap();
    assert_eq!(found.summary.number, "TZ20260331-0001");
    assert_eq!(found.summary.totals, [Money::cny(777)]);
    assert_eq!(found.effects, effects);
    let AdjustmentState::Executed { journal, .. } = found.summary.state else {
        panic!("{:?}", found.summary.state)
    };
    let journal = accounts::journal(&office, &checker, journal).await.unwrap();
    assert_eq!(journal.summary.entry.number(), 27);
    assert_eq!(journal.summary.source.kind, "adjustment");
    assert_eq!(journal.summary.source.id, id.to_string());
    let executed = AdjustmentFilter { state: Some("executed".to_owned()), ..Default::default() };
    assert_eq!(adjustments::list(&office, &maker, &executed).await.unwrap().total, 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_maker_cannot_approve_their_own_adjustment(pool: PgPool) {
    let office = office(pool).await;
    let mut maker = person(&office, Role::FinanceMaker).await;
    maker.roles.push(Role::FinanceChecker);
    let id = adjustments::propose(&office, &maker, &surplus(1)).await.unwrap();
    let refused = decide(&office, &maker, id, (Verdict::Approve, "")).await;
    assert!(matches!(refused, Err(ApprovalError::Refused(DecisionRefused::MakerIsChecker))));
    let checker = person(&office, Role::FinanceChecker).await;
    let refused = adjustments::propose(&office, &checker, &surplus(1)).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden(Permission::ProposeAdjustment));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_rejected_or_withdrawn_adjustment_books_nothing(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    let checker = person(&office, Role::FinanceChecker).await;
    let id = adjustments::propose(&office, &maker, &surplus(5)).await.unwrap();
    decide(&office, &checker, id, (Verdict::Reject, "no such line")).await.unwrap();
    let state = adjustments::find(&office, &maker, id).await.unwrap().summary.state;
    assert_eq!(state, AdjustmentState::Rejected { reason: "no such line".to_owned(), at: NOON });
    let other = AdjustmentRequest { id: AdjustmentId(Uuid::from_u128(2)), ..surplus(5) };
    let id = adjustments::propose(&office, &maker, &other).await.unwrap();
    let approval = adjustments::find(&office, &maker, id).await.unwrap().approval;
    approvals::withdraw(&office, &maker, approval).await.unwrap();
    work::run_until_idle(&office).await.unwrap();
    let state = adjustments::find(&office, &maker, id).await.unwrap().summary.state;
    assert_eq!(state.name(), "withdrawn");
    assert_eq!(balance(&office, &AccountRef::long_suspense()).await, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_same_form_sent_twice_is_one_document(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    let first = adjustments::propose(&office, &maker, &surplus(5)).await.unwrap();
    let second = adjustments::propose(&office, &maker, &surplus(5)).await.unwrap();
    assert_eq!(first, second);
    let changed = adjustments::propose(&office, &maker, &surplus(6)).await;
    assert!(matches!(changed, Err(AdjustmentError::AlreadyProposed)));
    let all = adjustments::list(&office, &maker, &AdjustmentFilter::default()).await.unwrap();
    assert_eq!(all.total, 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn two_documents_for_the_same_money_book_it_once(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    let checker = person(&office, Role::FinanceChecker).await;
    collected(&office, "P1", 100).await;
    let first = adjustments::propose(&office, &maker, &from_merchant(1, 80)).await.unwrap();
    let second = adjustments::propose(&office, &maker, &from_merchant(2, 80)).await.unwrap();
    decide(&office, &checker, first, (Verdict::Approve, "")).await.unwrap();
    decide(&office, &checker, second, (Verdict::Approve, "")).await.unwrap();
    let state = adjustments::find(&office, &maker, second).await.unwrap().summary.state;
    let AdjustmentState::Stale { reason, .. } = state else { panic!("{state:?}") };
    assert!(reason.contains("0.20 CNY available, but 0.80 CNY is wanted"), "{reason}");
    let merchant = AccountRef::merchant_unsettled(Uuid::from_u128(1).into());
    assert_eq!(balance(&office, &merchant).await, 20);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn bad_documents_are_refused_before_anybody_is_asked(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    let free = |debit: &str, credit: &str, fen| {
        let line = AdjustmentLine {
            debit: AccountRef::sole(debit),
            credit: AccountRef::sole(credit),
            amount: Money::cny(fen),
            memo: String::new(),
        };
        request(1, vec![line])
    };
    let without_evidence = AdjustmentRequest { evidence: " ".to_owned(), ..surplus(5) };
    let of_nothing = AdjustmentRequest { corrects: Some(JournalId(Uuid::nil())), ..surplus(5) };
    for (bad, reason) in [
        (without_evidence, "needs evidence"),
        (of_nothing, "does not exist"),
        (request(1, vec![]), "at least one line"),
        (free("1012.01", "1012.01", 5), "both sides"),
        (free("1012.01", "9999", 5), "no account code 9999"),
        (free("1012.01", "2241", 5), "takes no postings"),
        (free("1012.01", "2241.09", 0), "greater than zero"),
        (free("2241.09", "1012.01", 5), "0.00 CNY available"),
    ] {
        let refused = adjustments::propose(&office, &maker, &bad).await.unwrap_err();
        assert!(refused.to_string().contains(reason), "{refused}");
        assert_ne!(refused.kind(), Kind::Unexpected, "{refused}");
    }
    let all = AdjustmentFilter { from: Some(today()), ..AdjustmentFilter::default() };
    assert_eq!(adjustments::list(&office, &maker, &all).await.unwrap().total, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_stored_document_cannot_be_changed_by_the_application(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    adjustments::propose(&office, &maker, &surplus(5)).await.unwrap();
    let mut conn = office.db.acquire().await.unwrap();
    sqlx::query("SET ROLE countinghouse_app").execute(&mut *conn).await.unwrap();
    for statement in [
        "UPDATE adjustment_lines SET amount_minor = 500",
        "UPDATE adjustments SET evidence = 'x'",
        "DELETE FROM adjustment_lines",
        "DELETE FROM adjustments",
    ] {
        let refused = sqlx::query(statement).execute(&mut *conn).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{statement}");
    }
}
