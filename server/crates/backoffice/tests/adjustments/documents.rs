//! What belongs to an adjustment: evidence, levels, reversals, templates, the list.

use super::desk::{NOON, office, person, today};
use super::{balance, decide, surplus};
use backoffice::adjustments::{self, AdjustmentError};
use backoffice::approvals::{self, ApprovalError, rules};
use backoffice::decisions::{self, Saying};
use backoffice::explain::{Explain, Kind};
use backoffice::office::Office;
use backoffice::work;
use domain::access::{Actor, Role};
use domain::account::AccountRef;
use domain::adjustment::{
    AdjustmentFilter, AdjustmentRequest, AdjustmentState, Baseline, Reason, Recurrence, Template,
    TemplateChange, TemplateParties, TemplateTerms, reversed,
};
use domain::approval::{
    ApprovalKind, Authority, Conditions, DecisionRefused, Level, Rule, Step, Verdict,
};
use domain::ids::{AdjustmentId, AdjustmentTemplateId, ApprovalId};
use domain::money::Money;
use sqlx::PgPool;
use uuid::Uuid;

async fn pair(office: &Office) -> (Actor, Actor) {
    (person(office, Role::FinanceMaker).await, person(office, Role::FinanceChecker).await)
}

async fn approve(office: &Office, checker: &Actor, approval: ApprovalId) {
    let hash = approvals::find(office, checker, approval).await.unwrap().content_hash;
    let saying = Saying { verdict: Verdict::Approve, note: "", code: "" };
    decisions::decide(office, checker, (approval, &hash), saying).await.unwrap();
    work::run_until_idle(office).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn evidence_is_part_of_what_is_decided_and_closed_with_the_decision(pool: PgPool) {
    let office = office(pool).await;
    let (maker, checker) = pair(&office).await;
    let id = adjustments::propose(&office, &maker, &surplus(5)).await.unwrap();
    let approval = adjustments::find(&office, &maker, id).await.unwrap().approval;
    let shown = approvals::find(&office, &checker, approval).await.unwrap().content_hash;
    let letter = ("../reply.txt", "the bank's reply".as_bytes());
    let refused = adjustments::add_file(&office, &checker, id, letter).await.unwrap_err();
    assert!(matches!(refused.kind(), Kind::Forbidden(_)), "{refused}");
    let program = adjustments::add_file(&office, &maker, id, ("x.exe", b"MZ\x90\x00")).await;
    assert!(matches!(program, Err(AdjustmentError::Evidence(_))));
    let file = adjustments::add_file(&office, &maker, id, letter).await.unwrap();
    let again = adjustments::add_file(&office, &maker, id, ("copy.txt", letter.1)).await.unwrap();
    assert_eq!(again, file, "the same bytes are the same file");

    let saying = Saying { verdict: Verdict::Approve, note: "", code: "" };
    let old = decisions::decide(&office, &checker, (approval, &shown), saying).await.unwrap_err();
    assert!(old.to_string().contains("evidence_files"), "{old}");
    approve(&office, &checker, approval).await;
    let found = adjustments::find(&office, &maker, id).await.unwrap();
    assert_eq!(found.summary.state.name(), "executed");
    assert_eq!(found.files[0].name, "reply.txt");
    assert_eq!(found.signatures.len(), 1);
    assert_eq!(found.signatures[0].login, "finance_checker");
    let (name, bytes) = adjustments::file(&office, &checker, file).await.unwrap();
    assert_eq!((name.as_str(), bytes.as_slice()), ("reply.txt", letter.1));
    let late = adjustments::add_file(&office, &maker, id, ("late.txt", b"late")).await;
    assert!(matches!(late, Err(AdjustmentError::NotWaiting)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn write_offs_and_large_adjustments_go_to_the_levels_the_rules_name(pool: PgPool) {
    let office = office(pool).await;
    let (maker, checker) = pair(&office).await;
    let manager = person(&office, Role::Manager).await;
    let of = |when| Conditions { kinds: vec![ApprovalKind::Adjustment], ..when };
    let rule = |name: &str, when, (level, role)| Rule {
        name: name.to_owned(),
        when: of(when),
        steps: vec![Step { level, role, ..Step::default() }],
        hours: 24,
    };
    let sources = vec!["write_off".to_owned()];
    let book = vec![
        rule(
            "large",
            Conditions { amount_over: Some(Money::cny(100_000)), ..Conditions::default() },
            (Level::L2, None),
        ),
        rule(
            "write-offs",
            Conditions { sources, ..Conditions::default() },
            (Level::L4, Some(Role::Manager)),
        ),
    ];
    let mut tx = office.begin().await.unwrap();
    let authority = Authority { staff: manager.staff, level: Level::L4, until: None };
    rules::set_up(&mut tx, &office, (book, vec![authority])).await.unwrap();
    tx.commit().await.unwrap();

    let small = adjustments::propose(&office, &maker, &surplus(100_000)).await.unwrap();
    decide(&office, &checker, small, (Verdict::Approve, "")).await.unwrap();
    let large = AdjustmentRequest { id: AdjustmentId(Uuid::from_u128(2)), ..surplus(100_001) };
    let large = adjustments::propose(&office, &maker, &large).await.unwrap();
    let refused = decide(&office, &checker, large, (Verdict::Approve, "")).await.unwrap_err();
    let ApprovalError::Refused(DecisionRefused::LevelMissing { needed, .. }) = refused else {
        panic!("{refused}")
    };
    assert_eq!(needed, Level::L2);
    let lines = Template::LongWrittenOff.lines(Money::cny(1), &TemplateParties::default());
    let written_off = AdjustmentRequest {
        id: AdjustmentId(Uuid::from_u128(3)),
        lines: lines.unwrap(),
        ..surplus(1)
    };
    let written_off = adjustments::propose(&office, &maker, &written_off).await.unwrap();
    let refused = decide(&office, &checker, written_off, (Verdict::Approve, "")).await;
    assert!(matches!(
        refused,
        Err(ApprovalError::Refused(DecisionRefused::RoleMissing(Role::Manager)))
    ));
    decide(&office, &manager, written_off, (Verdict::Approve, "")).await.unwrap();
}

/// The document that undoes a booked one.
async fn reversal(
    office: &Office,
    maker: &Actor,
    (number, undone): (u128, AdjustmentId),
) -> AdjustmentRequest {
    let original = adjustments::find(office, maker, undone).await.unwrap();
    let AdjustmentState::Executed { journal, .. } = original.summary.state else {
        panic!("{:?}", original.summary.state)
    };
    AdjustmentRequest {
        id: AdjustmentId(Uuid::from_u128(number)),
        reason: Reason::BookedTwice,
        corrects: Some(journal),
        reverses: Some(undone),
        lines: reversed(&original.request.lines),
        ..surplus(1)
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_booked_adjustment_is_undone_once_by_a_linked_red_one(pool: PgPool) {
    let office = office(pool).await;
    let (maker, checker) = pair(&office).await;
    let id = adjustments::propose(&office, &maker, &surplus(500)).await.unwrap();
    decide(&office, &checker, id, (Verdict::Approve, "")).await.unwrap();
    let request = reversal(&office, &maker, (2, id)).await;
    let wrong = AdjustmentRequest { lines: surplus(1).lines, ..request.clone() };
    let refused = adjustments::propose(&office, &maker, &wrong).await.unwrap_err();
    assert!(refused.to_string().contains("sides exchanged"), "{refused}");
    let red = adjustments::propose(&office, &maker, &request).await.unwrap();
    let second = AdjustmentRequest { id: AdjustmentId(Uuid::from_u128(3)), ..request };
    let refused = adjustments::propose(&office, &maker, &second).await;
    assert!(matches!(refused, Err(AdjustmentError::ReversalTaken)));
    decide(&office, &checker, red, (Verdict::Approve, "")).await.unwrap();
    assert_eq!(balance(&office, &AccountRef::long_suspense()).await, 0);

    let original = adjustments::find(&office, &maker, id).await.unwrap();
    let undone_by = original.undone_by.unwrap();
    assert_eq!(undone_by, (red, "TZ20260331-0002".to_owned()));
    let red = adjustments::find(&office, &maker, red).await.unwrap();
    assert_eq!(red.undoes.unwrap().1, "TZ20260331-0001");
    let AdjustmentState::Executed { journal, .. } = red.summary.state else {
        panic!("{:?}", red.summary.state)
    };
    let journal = backoffice::accounts::journal(&office, &checker, journal).await.unwrap();
    assert_eq!(journal.summary.reverses, red.request.corrects, "the exact negative, linked");
    let of_red = reversal(&office, &maker, (4, red.summary.id)).await;
    let refused = adjustments::propose(&office, &maker, &of_red).await.unwrap_err();
    assert!(refused.to_string().contains("is itself a reversal"), "{refused}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_template_two_people_agreed_on_makes_one_document_a_month(pool: PgPool) {
    let office = office(pool).await;
    let (maker, checker) = pair(&office).await;
    let template = AdjustmentTemplateId(Uuid::from_u128(70));
    let terms = TemplateTerms {
        name: "monthly surplus".to_owned(),
        baseline: Baseline::Bank,
        reason: Reason::BankLong,
        lines: surplus(300).lines,
    };
    let save = TemplateChange::Save { id: template, terms: terms.clone() };
    let approval = adjustments::propose_template(&office, &maker, &save).await.unwrap();
    assert!(adjustments::templates(&office, &maker).await.unwrap().is_empty(), "not yet agreed");
    approve(&office, &checker, approval).await;
    let known = adjustments::templates(&office, &maker).await.unwrap();
    assert_eq!((known[0].id, &known[0].terms), (template, &terms));
    let other = TemplateChange::Save { id: AdjustmentTemplateId(Uuid::from_u128(71)), terms };
    let taken = adjustments::propose_template(&office, &maker, &other).await;
    assert!(matches!(taken, Err(AdjustmentError::TemplateTaken)));

    let of = |number: u128, month: &str, lines| AdjustmentRequest {
        id: AdjustmentId(Uuid::from_u128(number)),
        recurring: Some(Recurrence { template, month: month.parse().unwrap() }),
        lines,
        ..surplus(1)
    };
    let other = Template::LongReturned.lines(Money::cny(5), &TemplateParties::default()).unwrap();
    let refused = adjustments::propose(&office, &maker, &of(2, "2026-03", other)).await;
    assert!(refused.unwrap_err().to_string().contains("other accounts than its template"));
    let march = of(2, "2026-03", surplus(350).lines);
    let march = adjustments::propose(&office, &maker, &march).await.unwrap();
    let again = of(3, "2026-03", surplus(350).lines);
    let refused = adjustments::propose(&office, &maker, &again).await;
    assert!(matches!(refused, Err(AdjustmentError::MadeThisMonth)));
    decide(&office, &checker, march, (Verdict::Reject, "wrong amount")).await.unwrap();
    adjustments::propose(&office, &maker, &again).await.unwrap();
    adjustments::propose(&office, &maker, &of(4, "2026-04", surplus(1).lines)).await.unwrap();
    let latest = adjustments::templates(&office, &maker).await.unwrap().remove(0).latest;
    assert_eq!(latest.unwrap().0, "2026-04".parse().unwrap());

    let retire = TemplateChange::Retire { id: template };
    let approval = adjustments::propose_template(&office, &maker, &retire).await.unwrap();
    approve(&office, &checker, approval).await;
    let refused = adjustments::propose(&office, &maker, &of(5, "2026-05", surplus(1).lines)).await;
    assert!(matches!(refused, Err(AdjustmentError::TemplateNotFound)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_list_is_searched_by_what_stands_in_the_documents(pool: PgPool) {
    let office = office(pool).await;
    let (maker, checker) = pair(&office).await;
    let id = adjustments::propose(&office, &maker, &surplus(777)).await.unwrap();
    let other = AdjustmentRequest {
        id: AdjustmentId(Uuid::from_u128(2)),
        reason: Reason::Other,
        baseline: Baseline::Merchant,
        evidence: "letter of the merchant".to_owned(),
        ..surplus(5)
    };
    adjustments::propose(&office, &maker, &other).await.unwrap();
    decide(&office, &checker, id, (Verdict::Approve, "")).await.unwrap();
    let text = |text: &str| AdjustmentFilter { text: Some(text.to_owned()), ..Default::default() };
    let tomorrow = Some(today().next());
    for (filter, found) in [
        (text("tz20260331-0001"), 1),
        (text("LETTER"), 1),
        (text("2241.09"), 2),
        (text("长款"), 2),
        (text("nothing of it"), 0),
        (AdjustmentFilter { reason: Some(Reason::Other), ..Default::default() }, 1),
        (AdjustmentFilter { baseline: Some(Baseline::Bank), ..Default::default() }, 1),
        (AdjustmentFilter { maker: Some("MAKER".to_owned()), ..Default::default() }, 2),
        (AdjustmentFilter { maker: Some("checker".to_owned()), ..Default::default() }, 0),
        (AdjustmentFilter { least: Some(Money::cny(777)), ..Default::default() }, 1),
        (AdjustmentFilter { until: Some(today()), ..Default::default() }, 2),
        (AdjustmentFilter { from: tomorrow, ..Default::default() }, 0),
    ] {
        let page = adjustments::list(&office, &maker, &filter).await.unwrap();
        assert_eq!(page.total, found, "{filter:?}");
    }
    assert_eq!(office.now(), NOON);
}
