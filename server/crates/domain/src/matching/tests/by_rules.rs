//! Matching by other terms than the usual ones, and by way of the sieve.

use super::*;
use std::collections::BTreeMap;

/// The detail by way of the sieve: what stays in it is judged with its like, as a run does.
fn sieved(ours: &[Record], theirs: &[Record]) -> (Totals, BTreeMap<Verdict, i64>) {
    let terms = Terms::default();
    let mut sieve = Sieve::new(terms.clone());
    let ids = || (0_u128..).zip(ours);
    for (id, record) in ids() {
        sieve.ours(id, &record.facts()).unwrap();
    }
    let lines: Vec<Record> = (0_u32..)
        .zip(theirs)
        .map(|(line, record)| Record { position: line, ..record.clone() })
        .collect();
    for record in &lines {
        sieve.theirs(&record.facts()).unwrap();
    }
    let left = sieve.remaining();
    let theirs_left = lines.iter().filter(|record| left.theirs.contains(&record.position));
    let (mut numbers, mut others) = (BTreeSet::new(), BTreeSet::new());
    for record in theirs_left {
        numbers.insert(record.number.as_str());
        if record.number.is_empty() {
            others.insert(record.channel_no.as_str());
        }
    }
    let wanted = |id: u128, record: &Record| {
        left.ours.contains(&id)
            || (!record.number.is_empty() && numbers.contains(record.number.as_str()))
            || (!record.channel_no.is_empty() && others.contains(record.channel_no.as_str()))
    };
    let rest: Vec<Record> =
        ids().filter(|(id, record)| wanted(*id, record)).map(|(_, one)| one.clone()).collect();
    for record in &rest {
        sieve.judge_too(&record.facts());
    }
    let known: BTreeSet<&str> =
        rest.iter().map(|one| one.number.as_str()).filter(|one| !one.is_empty()).collect();
    let lines: Vec<Record> = lines
        .iter()
        .filter(|one| left.theirs.contains(&one.position) || known.contains(one.number.as_str()))
        .cloned()
        .collect();
    let mut counts = compare(&rest, &lines).unwrap().counts();
    *counts.entry(Verdict::Matched).or_default() += sieve.matched();
    counts.retain(|_, count| *count > 0);
    (sieve.sums().0.against(&sieve.sums().1), counts)
}

fn anonymous(records: &[Record], hidden: &[bool]) -> Vec<Record> {
    let hidden = hidden.iter().copied().chain(std::iter::repeat(false));
    let number = |record: &Record, hide| if hide { String::new() } else { record.number.clone() };
    records
        .iter()
        .zip(hidden)
        .map(|(record, hide)| Record { number: number(record, hide), ..record.clone() })
        .collect()
}

proptest! {
    #[test]
    fn the_sieve_finds_what_the_whole_comparison_finds(
        rows in prop::collection::vec((any::<bool>(), 1_000..100_000_i64, mutation()), 0..60),
        (seed, seed2) in (any::<u64>(), any::<u64>()),
        hidden in prop::collection::vec(prop::bool::weighted(0.1), 60),
    ) {
        let (ours, theirs, _) = differing(&rows);
        let theirs = anonymous(&shuffled(&theirs, seed2), &hidden);
        let ours = shuffled(&ours, seed);
        let whole = compare(&ours, &theirs).unwrap();
        let (totals, counts) = sieved(&ours, &theirs);
        prop_assert_eq!(totals, whole.totals.clone());
        // Pairs of which neither claims money say nothing, and the sieve does not look for them.
        let claims = |f: &&Finding<'_, Record, Record>| {
            f.ours.is_some_and(|r| r.facts().claims()) || f.theirs.is_some_and(|r| r.facts().claims())
        };
        let mut expected: BTreeMap<Verdict, i64> = BTreeMap::new();
        for finding in whole.findings.iter().filter(claims) {
            *expected.entry(finding.verdict).or_default() += 1;
        }
        prop_assert_eq!(counts, expected);
    }

    #[test]
    fn what_is_within_the_tolerances_agrees_and_is_marked(
        fen in 1_000..100_000_i64, apart in -20..20_i64, tolerance in 0..20_i64,
    ) {
        let terms = Terms { amount_tolerance: tolerance, ..Terms::default() };
        let ours = [record(1, IN, fen)];
        let theirs = [record(1, IN, fen + apart)];
        let comparison = compare_by(&terms, &ours, &theirs).unwrap();
        let found = &comparison.findings[0];
        let within = apart.abs() <= tolerance;
        prop_assert_eq!(found.verdict == Verdict::Matched, within);
        prop_assert_eq!(found.tolerated, within && apart != 0);
    }
}

#[test]
fn a_sum_beyond_the_range_is_an_error_and_never_wraps() {
    let big = [record(1, IN, i64::MAX), record(2, IN, i64::MAX), record(3, IN, i64::MAX)];
    assert!(compare(&big, &NOTHING).is_err());
    let mut sieve = Sieve::new(Terms::default());
    sieve.ours(1, &big[0].facts()).unwrap();
    assert!(sieve.ours(2, &big[1].facts()).is_err());
}

#[test]
fn the_channels_number_can_come_first() {
    let terms = Terms { keys: vec![MatchKey::ChannelNo, MatchKey::Number], ..Terms::default() };
    let ours = [record(1, IN, 100), Record { channel_no: String::new(), ..record(2, IN, 200) }];
    let theirs = [Record { number: "other".to_owned(), ..record(1, IN, 100) }, record(2, IN, 200)];
    let comparison = compare_by(&terms, &ours, &theirs).unwrap();
    assert_eq!(comparison.counts(), BTreeMap::from([(Verdict::Matched, 2)]));
    let by: BTreeSet<_> = comparison.findings.iter().map(|finding| finding.by).collect();
    assert_eq!(by, BTreeSet::from([Some(MatchKey::ChannelNo), Some(MatchKey::Number)]));
}

#[test]
fn amount_and_time_pair_only_what_can_be_nothing_else() {
    let keys = vec![MatchKey::Number, MatchKey::AmountTime];
    let terms = Terms { keys, time_tolerance: 60, ..Terms::default() };
    let noon = time::macros::datetime!(2026-03-31 12:00 +8);
    let at = |index, number: &str, fen, second| Record {
        number: number.to_owned(),
        time: Some(noon + time::Duration::seconds(second)),
        ..record(index, IN, fen)
    };
    let ours = [at(1, "A", 100, 0), at(2, "B", 200, 0), at(3, "C", 200, 30), at(4, "D", 300, 0)];
    let theirs = [at(5, "W", 100, 60), at(6, "X", 200, 10), at(7, "Y", 300, 61)];
    let counts = compare_by(&terms, &ours, &theirs).unwrap().counts();
    let expected = [(Verdict::Matched, 1), (Verdict::OnlyOurs, 3), (Verdict::OnlyTheirs, 2)];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn what_a_neighbouring_file_has_explains_only_itself() {
    let ours = [Record { elsewhere: true, ..record(1, IN, 100) }];
    let theirs = [record(1, IN, 100), Record { elsewhere: true, ..record(1, IN, 100) }];
    let counts = compare(&ours, &theirs).unwrap().counts();
    assert_eq!(counts, BTreeMap::from([(Verdict::DuplicateTheirs, 1)]), "the channel has it twice");
    let counts = compare(&[record(1, IN, 100)], &theirs[1..]).unwrap().counts();
    assert_eq!(counts, BTreeMap::from([(Verdict::Date, 1)]));
    assert_eq!(compare(&ours, &theirs[1..]).unwrap().findings, []);
}
