mod by_rules;

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    number: String,
    channel_no: String,
    direction: Direction,
    fen: i64,
    standing: Standing,
    fee: Option<i64>,
    elsewhere: bool,
    time: Option<OffsetDateTime>,
    position: u32,
}

impl Reconcilable for Record {
    fn facts(&self) -> Facts<'_> {
        Facts {
            number: &self.number,
            channel_no: &self.channel_no,
            direction: self.direction,
            amount: Money::cny(self.fen),
            standing: self.standing,
            fee: self.fee.map(Money::cny),
            elsewhere: self.elsewhere,
            time: self.time,
            position: self.position,
        }
    }
}

fn record(index: usize, direction: Direction, fen: i64) -> Record {
    Record {
        number: format!("N{index:05}"),
        channel_no: format!("C{index:05}"),
        direction,
        fen,
        standing: Standing::Success,
        fee: Some(24),
        elsewhere: false,
        time: None,
        position: u32::try_from(index).unwrap(),
    }
}

fn day(amounts: &[(Direction, i64)]) -> Vec<Record> {
    amounts.iter().enumerate().map(|(index, (d, fen))| record(index, *d, *fen)).collect()
}

/// What a comparison found besides agreement: verdict, number, and the occurrence.
fn found(ours: &[Record], theirs: &[Record]) -> BTreeSet<(Verdict, String, u32)> {
    let comparison = compare(ours, theirs).unwrap();
    let differences = comparison.findings.iter().filter(|f| f.verdict != Verdict::Matched);
    differences
        .map(|f| {
            let record = f.ours.or(f.theirs).unwrap();
            (f.verdict, record.number.clone(), f.occurrence)
        })
        .collect()
}

const IN: Direction = Direction::In;
const OUT: Direction = Direction::Out;
const NOTHING: [Record; 0] = [];

#[test]
fn equal_totals_do_not_hide_two_opposite_errors() {
    let ours = day(&[(IN, 1_000), (IN, 2_000), (IN, 3_000)]);
    let mut theirs = ours.clone();
    theirs[0].fen += 50;
    theirs[2].fen -= 50;
    let comparison = compare(&ours, &theirs).unwrap();
    assert!(comparison.totals.agree());
    assert_eq!(comparison.counts().get(&Verdict::Amount), Some(&2));
}

#[test]
fn totals_are_kept_per_direction_with_fee_and_net() {
    let ours = day(&[(IN, 10_000), (IN, 5_000), (OUT, 2_000)]);
    let comparison = compare(&ours, &ours).unwrap();
    let [paid, back] = comparison.totals.lines.as_slice() else { panic!("two directions") };
    assert_eq!((paid.ours.count, paid.ours.gross), (2, Money::cny(15_000)));
    assert_eq!(paid.ours.fee, Some(Money::cny(48)));
    assert_eq!(paid.ours.net, Some(Money::cny(14_952)));
    assert_eq!(back.theirs.net, Some(Money::cny(-2_024)));
    assert!(comparison.totals.agree());
}

#[test]
fn a_refund_is_not_the_payment_of_the_same_number() {
    let ours = [record(1, IN, 100)];
    let theirs = [record(1, OUT, 100)];
    let expected =
        [(Verdict::OnlyOurs, "N00001".into(), 1), (Verdict::OnlyTheirs, "N00001".into(), 1)];
    assert_eq!(found(&ours, &theirs), expected.into());
}

#[test]
fn what_claims_no_money_is_no_difference() {
    let unfinished = Record { standing: Standing::Pending, ..record(1, IN, 100) };
    let failed = Record { standing: Standing::Failed, ..record(2, IN, 100) };
    let ours = [unfinished.clone(), failed.clone()];
    assert_eq!(found(&ours, &[]), BTreeSet::new());
    assert_eq!(found(&[], &ours), BTreeSet::new());
    assert!(compare(&ours, &NOTHING).unwrap().totals.agree());
    let theirs = [Record { standing: Standing::Failed, ..unfinished }];
    assert_eq!(found(&ours, &theirs), BTreeSet::new());
}

#[test]
fn an_unfinished_payment_in_the_bill_is_a_difference_of_status() {
    let ours = [Record { standing: Standing::Pending, fee: None, ..record(1, IN, 100) }];
    let theirs = [record(1, IN, 100)];
    assert_eq!(found(&ours, &theirs), [(Verdict::Status, "N00001".into(), 1)].into());
}

#[test]
fn a_payment_known_under_another_day_is_a_difference_of_date() {
    let ours = [Record { elsewhere: true, ..record(1, IN, 100) }, record(2, IN, 50)];
    let theirs = [record(1, IN, 100), record(2, IN, 50)];
    assert_eq!(found(&ours, &theirs), [(Verdict::Date, "N00001".into(), 1)].into());
    assert!(!compare(&ours, &theirs).unwrap().totals.agree());
    assert_eq!(found(&ours[..1], &[]), BTreeSet::new());
}

#[test]
fn a_row_without_our_number_is_matched_by_the_channels() {
    let ours = [record(1, IN, 100), record(2, IN, 200)];
    let nameless = |index, fen| Record { number: String::new(), ..record(index, IN, fen) };
    let theirs = [nameless(2, 200), nameless(1, 90)];
    assert_eq!(found(&ours, &theirs), [(Verdict::Amount, "N00001".into(), 1)].into());
    assert_eq!(found(&theirs, &ours), [(Verdict::Amount, String::new(), 1)].into());
}

#[test]
fn a_repeated_channel_number_alone_matches_nothing() {
    let mut ours = [record(1, IN, 100), record(2, IN, 100)];
    ours[1].channel_no = ours[0].channel_no.clone();
    let theirs = [Record { number: String::new(), ..record(1, IN, 100) }];
    let verdicts = compare(&ours, &theirs).unwrap().counts();
    assert_eq!(verdicts, [(Verdict::OnlyOurs, 2), (Verdict::OnlyTheirs, 1)].into());
}

#[test]
fn a_repeated_row_is_a_duplicate_and_the_better_one_is_the_match() {
    let ours = [record(1, IN, 100)];
    let wrong = Record { position: 1, ..record(1, IN, 70) };
    let right = Record { position: 2, ..record(1, IN, 100) };
    let theirs = [wrong.clone(), right];
    assert_eq!(found(&ours, &theirs), [(Verdict::DuplicateTheirs, "N00001".into(), 2)].into());
    let comparison = compare(&ours, &theirs).unwrap();
    let surplus = comparison.findings.iter().find(|f| f.occurrence == 2).unwrap();
    assert_eq!(surplus.theirs, Some(&wrong));
    assert_eq!(found(&theirs, &ours), [(Verdict::DuplicateOurs, "N00001".into(), 2)].into());
}

#[test]
fn an_unknown_row_that_stands_twice_is_unknown_once_and_a_duplicate_once() {
    let theirs = [record(1, IN, 100), Record { position: 9, ..record(1, IN, 100) }];
    let expected =
        [(Verdict::OnlyTheirs, "N00001".into(), 1), (Verdict::DuplicateTheirs, "N00001".into(), 2)];
    assert_eq!(found(&[], &theirs), expected.into());
}

#[test]
fn rows_without_any_number_are_all_reported() {
    let blank = |position| Record {
        number: String::new(),
        channel_no: String::new(),
        position,
        ..record(1, IN, 100)
    };
    let theirs = [blank(1), blank(2)];
    let verdicts = compare(&NOTHING, &theirs).unwrap().counts();
    assert_eq!(verdicts, [(Verdict::OnlyTheirs, 2)].into());
}

#[test]
fn a_side_that_knows_no_fees_is_not_asked_for_them() {
    let ours = [Record { fee: None, ..record(1, IN, 100) }];
    let theirs = [record(1, IN, 100)];
    let comparison = compare(&ours, &theirs).unwrap();
    assert!(comparison.totals.agree());
    assert_eq!(comparison.counts(), [(Verdict::Matched, 1)].into());
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutation {
    None,
    MissingTheirs,
    MissingOurs,
    Amount(i64),
    Unfinished,
    Refused,
    OtherDay,
    Fee(i64),
    RepeatedTheirs,
    RepeatedOurs,
    NoNumber,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        6 => Just(Mutation::None),
        1 => Just(Mutation::MissingTheirs),
        1 => Just(Mutation::MissingOurs),
        1 => (1..500_i64).prop_map(Mutation::Amount),
        1 => Just(Mutation::Unfinished),
        1 => Just(Mutation::Refused),
        1 => Just(Mutation::OtherDay),
        1 => (1..50_i64).prop_map(Mutation::Fee),
        1 => Just(Mutation::RepeatedTheirs),
        1 => Just(Mutation::RepeatedOurs),
        1 => Just(Mutation::NoNumber),
    ]
}

/// Two sides that differ as told, and what must be found.
fn differing(
    rows: &[(bool, i64, Mutation)],
) -> (Vec<Record>, Vec<Record>, BTreeSet<(Verdict, usize)>) {
    let (mut ours, mut theirs, mut expected) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (index, (back, fen, mutation)) in rows.iter().enumerate() {
        let mut mine = record(index, if *back { OUT } else { IN }, *fen);
        let mut other = mine.clone();
        let again = Record { position: 1_000_000, ..mine.clone() };
        let mut expect = |verdict| {
            expected.insert((verdict, index));
        };
        match mutation {
            Mutation::None | Mutation::MissingTheirs | Mutation::MissingOurs => {}
            Mutation::Amount(by) => other.fen += by,
            Mutation::Unfinished => mine.standing = Standing::Pending,
            Mutation::Refused => other.standing = Standing::Failed,
            Mutation::OtherDay => mine.elsewhere = true,
            Mutation::Fee(by) => other.fee = Some(24 + by),
            Mutation::RepeatedTheirs => theirs.push(again.clone()),
            Mutation::RepeatedOurs => ours.push(again.clone()),
            Mutation::NoNumber => other.number.clear(),
        }
        match mutation {
            Mutation::None | Mutation::NoNumber => {}
            Mutation::MissingTheirs => expect(Verdict::OnlyOurs),
            Mutation::MissingOurs => expect(Verdict::OnlyTheirs),
            Mutation::Amount(_) => expect(Verdict::Amount),
            Mutation::Unfinished | Mutation::Refused => expect(Verdict::Status),
            Mutation::OtherDay => expect(Verdict::Date),
            Mutation::Fee(_) => expect(Verdict::Fee),
            Mutation::RepeatedTheirs => expect(Verdict::DuplicateTheirs),
            Mutation::RepeatedOurs => expect(Verdict::DuplicateOurs),
        }
        if *mutation != Mutation::MissingOurs {
            ours.push(mine);
        }
        if *mutation != Mutation::MissingTheirs {
            theirs.push(other);
        }
    }
    (ours, theirs, expected)
}

/// The same differences seen from the other side.
fn mirrored(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::OnlyOurs => Verdict::OnlyTheirs,
        Verdict::OnlyTheirs => Verdict::OnlyOurs,
        Verdict::DuplicateOurs => Verdict::DuplicateTheirs,
        Verdict::DuplicateTheirs => Verdict::DuplicateOurs,
        same => same,
    }
}

fn verdicts(ours: &[Record], theirs: &[Record]) -> Vec<(Verdict, usize)> {
    let comparison = compare(ours, theirs).unwrap();
    let mut verdicts: Vec<_> = comparison
        .findings
        .iter()
        .filter(|f| f.verdict != Verdict::Matched)
        .map(|f| {
            let record = f.ours.or(f.theirs).unwrap();
            (f.verdict, record.channel_no[1..].parse().unwrap())
        })
        .collect();
    verdicts.sort_unstable();
    verdicts
}

/// A fixed permutation of the rows.
fn shuffled(records: &[Record], seed: u64) -> Vec<Record> {
    let mut keyed: Vec<_> = records
        .iter()
        .enumerate()
        .map(|(index, record)| {
            let index = u64::try_from(index).unwrap();
            let key = (index + 1).wrapping_mul(seed | 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            (key.rotate_left(29), record.clone())
        })
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, record)| record).collect()
}

proptest! {
    #[test]
    fn exactly_the_injected_differences_come_out_whatever_the_order_and_the_side(
        rows in prop::collection::vec((any::<bool>(), 1_000..100_000_i64, mutation()), 0..60),
        seed in any::<u64>(),
    ) {
        let (ours, theirs, expected) = differing(&rows);
        let expected: Vec<_> = expected.into_iter().collect();
        let (ours, theirs) = (shuffled(&ours, seed), shuffled(&theirs, seed.rotate_left(7)));
        prop_assert_eq!(&verdicts(&ours, &theirs), &expected);
        let mut mirror: Vec<_> = expected.iter().map(|(v, i)| (mirrored(*v), *i)).collect();
        mirror.sort_unstable();
        prop_assert_eq!(verdicts(&theirs, &ours), mirror);
    }

    #[test]
    fn offsetting_pairs_pass_the_totals_gate_and_are_found_in_the_detail(
        amounts in prop::collection::vec(1_000..100_000_i64, 2..40),
        by in 1..900_i64,
    ) {
        let rows: Vec<_> = amounts.iter().map(|fen| (IN, *fen)).collect();
        let ours = day(&rows);
        let mut theirs = ours.clone();
        let last = theirs.len() - 1;
        theirs[0].fen += by;
        theirs[last].fen -= by;
        prop_assert!(compare(&ours, &theirs).unwrap().totals.agree());
        prop_assert_eq!(verdicts(&ours, &theirs), vec![
            (Verdict::Amount, 0), (Verdict::Amount, last)
        ]);
    }

    #[test]
    fn a_matched_day_has_agreeing_totals(
        rows in prop::collection::vec((any::<bool>(), 1..100_000_i64, Just(Mutation::None)), 0..60),
        seed in any::<u64>(),
    ) {
        let (ours, theirs, _) = differing(&rows);
        let comparison = compare(&ours, &theirs).unwrap();
        prop_assert!(comparison.totals.agree());
        prop_assert_eq!(
            comparison.totals.clone(),
            compare(&shuffled(&ours, seed), &theirs).unwrap().totals
        );
    }
}
