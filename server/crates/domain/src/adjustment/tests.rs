use super::*;
use crate::account::AccountRef;
use crate::ids::MerchantId;
use time::macros::datetime;
use uuid::Uuid;

const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

fn request(evidence: &str, lines: Vec<AdjustmentLine>) -> AdjustmentRequest {
    AdjustmentRequest {
        id: AdjustmentId(Uuid::from_u128(1)),
        baseline: Baseline::Bank,
        reason: Reason::BankLong,
        evidence: evidence.to_owned(),
        corrects: None,
        reverses: None,
        recurring: None,
        lines,
    }
}

fn parties() -> TemplateParties {
    TemplateParties {
        merchant: Some(MerchantId(Uuid::from_u128(7))),
        channel: Some("unionpay".to_owned()),
    }
}

#[test]
fn every_template_makes_lines_and_asks_for_what_it_needs() {
    for template in Template::ALL {
        let lines = template.lines(Money::cny(100), &parties()).unwrap();
        assert!(!lines.is_empty());
        let alone = template.lines(Money::cny(100), &TemplateParties::default());
        let needs_nothing = !template.needs_merchant() && !template.needs_channel();
        assert_eq!(alone.is_ok(), needs_nothing, "{}", template.name());
    }
}

#[test]
fn a_loss_brings_own_funds_into_the_reserve() {
    let lines = Template::ShortWrittenOff.lines(Money::cny(100), &parties()).unwrap();
    assert_eq!(lines[0].debit, AccountRef::loss_written_off());
    assert_eq!(lines[1].debit, AccountRef::reserve());
    assert_eq!(lines[1].credit, AccountRef::own_funds());
}

#[test]
fn an_adjustment_needs_evidence_and_lines() {
    let lines = Template::LongFound.lines(Money::cny(100), &parties()).unwrap();
    assert_eq!(request("letter 17", lines.clone()).check(), Ok(()));
    let refused = request("  ", lines.clone()).check();
    assert_eq!(refused, Err(AdjustmentRefused::EvidenceMissing));
    assert_eq!(request("letter", vec![]).check(), Err(AdjustmentRefused::NoLines));
    let many = vec![lines[0].clone(); LINES_MAX + 1];
    assert_eq!(request("letter", many).check(), Err(AdjustmentRefused::TooManyLines));
    let long = "x".repeat(TEXT_LENGTH_MAX + 1);
    assert_eq!(request(&long, lines).check(), Err(AdjustmentRefused::TextTooLong));
}

#[test]
fn an_adjustment_is_concluded_once() {
    let conclusions = [
        Conclusion::Booked(JournalId(Uuid::from_u128(2))),
        Conclusion::Rejected("no".to_owned()),
        Conclusion::Withdrawn,
        Conclusion::Stale("balance gone".to_owned()),
    ];
    for first in &conclusions {
        let ended = AdjustmentState::Proposed.conclude(first.clone(), NOON).unwrap();
        assert!(AdjustmentState::NAMES.contains(&ended.name()));
        for second in &conclusions {
            let refused = ended.clone().conclude(second.clone(), NOON);
            assert_eq!(refused, Err(AdjustmentRefused::AlreadyConcluded(ended.name())));
        }
    }
}

#[test]
fn a_reversal_exchanges_the_sides_of_every_line_last_line_first() {
    let lines = Template::ShortWrittenOff.lines(Money::cny(100), &parties()).unwrap();
    let reversed = reversed(&lines);
    assert_eq!(reversed[0].debit, lines[1].credit);
    assert_eq!(reversed[1].credit, lines[0].debit);
    assert_eq!(super::reversed(&reversed), lines);
}

#[test]
fn what_the_rules_look_at_is_the_amount_the_reason_and_what_is_touched() {
    let facts = |template: Template| {
        let lines = template.lines(Money::cny(700), &parties()).unwrap();
        request("letter", lines).facts().unwrap()
    };
    let found = facts(Template::LongFound);
    assert_eq!(found.amount, Some(Money::cny(700)));
    assert_eq!(found.sources, ["bank_long"]);
    let written_off = facts(Template::ShortWrittenOff);
    assert_eq!(written_off.amount, Some(Money::cny(1_400)));
    assert_eq!(written_off.sources, ["bank_long", "write_off", "own_funds"]);
}

#[test]
fn a_template_is_used_with_its_accounts_and_another_amount_but_with_no_other_accounts() {
    let lines = Template::LongFound.lines(Money::cny(100), &parties()).unwrap();
    let terms = TemplateTerms {
        name: "month".to_owned(),
        baseline: Baseline::Bank,
        reason: Reason::BankLong,
        lines,
    };
    assert!(terms.check().is_ok());
    let doubled = terms.with_amount(Some(Money::cny(200)));
    assert_eq!(doubled[0].amount, Money::cny(200));
    let mut document = request("letter", doubled);
    assert!(terms.fits(&document));
    document.lines[0].credit = AccountRef::own_funds();
    assert!(!terms.fits(&document));
    let nameless = TemplateTerms { name: " ".to_owned(), ..terms };
    assert_eq!(nameless.check(), Err(AdjustmentRefused::NameMissing));
}
