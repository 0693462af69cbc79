//! The cover formula and the tables against random months of bookings, with random unreached items.

use super::books::{BankBalance, Completes, Flow, LateLine, Position};
use super::cover::{Cell, cover};
use super::tables::{Month, Table, TableKind};
use super::unreached::{Kind, Move, items_on};
use crate::date::BusinessDate;
use crate::ids::StatementLineId;
use crate::journal::{Entry, Source};
use crate::money::Money;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Every movement the posting rules know, as debit and credit.
const ENTRIES: [(Entry, &str, &str); 38] = [
    (Entry::Collection, "1122.01", "2241.02"),
    (Entry::FeeCharged, "2241.02", "6021.01"),
    (Entry::FeeCharged, "2241.02", "2221.01"),
    (Entry::ChannelCost, "6421.01", "2202.01"),
    (Entry::ChannelFunds, "1012.01", "1122.01"),
    (Entry::ChannelFunds, "2202.01", "1122.01"),
    (Entry::Split, "2241.02", "2241.05"),
    (Entry::Split, "2241.05", "2241.06"),
    (Entry::Settlement, "2241.02", "2241.03"),
    (Entry::Hold, "2241.03", "2241.04"),
    (Entry::MerchantPayout, "2241.03", "2241.08"),
    (Entry::MerchantPayout, "2241.08", "1012.01"),
    (Entry::MerchantPayout, "2241.08", "2241.03"),
    (Entry::UserWithdrawal, "2241.01", "2241.08"),
    (Entry::UserWithdrawal, "2241.01", "6021.01"),
    (Entry::UserWithdrawal, "2241.08", "1012.01"),
    (Entry::TopUp, "1012.01", "2241.01"),
    (Entry::TopUp, "1122.01", "2241.01"),
    (Entry::TopUp, "2241.01", "2241.08"),
    (Entry::TopUp, "2241.08", "1012.01"),
    (Entry::Refund, "2241.02", "2241.07"),
    (Entry::Refund, "2241.07", "1122.01"),
    (Entry::Refund, "2241.07", "1012.01"),
    (Entry::FeeRefund, "6021.02", "2241.03"),
    (Entry::Advance, "1012.01", "1002.01"),
    (Entry::Advance, "1221.02", "2241.03"),
    (Entry::Chargeback, "2241.03", "1122.01"),
    (Entry::BankLong, "1012.01", "2241.09"),
    (Entry::BankLong, "2241.09", "2241.02"),
    (Entry::BankShort, "1221.01", "1122.01"),
    (Entry::BankShort, "6711.01", "1221.01"),
    (Entry::BankCharge, "6421.01", "1012.01"),
    (Entry::ReturnedPayout, "1012.01", "2241.10"),
    (Entry::ReserveTransfer, "1012.09", "1012.01"),
    (Entry::ReserveTransfer, "1012.02", "1012.09"),
    (Entry::ReserveInterest, "1012.01", "6011.01"),
    (Entry::FeeSweep, "1002.01", "1012.01"),
    (Entry::OwnFunds, "1012.01", "1002.01"),
];

fn day(number: u8) -> BusinessDate {
    format!("2026-03-{number:02}").parse().unwrap()
}

prop_compose! {
    fn flow()(
        number in 1..=7_u8,
        entry in 0..ENTRIES.len(),
        undone in prop::bool::weighted(0.15),
        same_day: bool,
        carries_interest: bool,
        fen in 1..100_000_i64,
    ) -> Flow {
        let (entry, debit, credit) = ENTRIES[entry];
        let (debit, credit) = if undone { (credit, debit) } else { (debit, credit) };
        Flow {
            day: day(number),
            entry,
            carries_interest,
            same_day,
            debit: debit.to_owned(),
            credit: credit.to_owned(),
            amount: Money::cny(fen),
        }
    }
}

prop_compose! {
    fn late()(
        booked_by_bank in 1..=7_u8,
        days in prop::option::of(1..6_u8),
        kind in 0..3,
        fen in -50_000..50_000_i64,
    ) -> LateLine {
        let completes = match kind {
            0 => Completes::Nothing,
            1 => Completes::Payout("p".to_owned()),
            _ => Completes::ChannelFunds {
                channel: "unionpay".to_owned(),
                clearing_date: "2026-03-01".to_owned(),
            },
        };
        LateLine {
            id: StatementLineId(Uuid::nil()),
            account_no: "770".to_owned(),
            booking_date: day(booked_by_bank),
            booked_on: days.map(|days| day(booked_by_bank + days)),
            amount: Money::cny(fen),
            completes,
            remittance: String::new(),
        }
    }
}

fn bank(stated: Option<Money>) -> BankBalance {
    BankBalance {
        account: "PBOC-1".to_owned(),
        ledger_code: "1012.01".to_owned(),
        account_no: "770".to_owned(),
        stated,
    }
}

fn row(table: &Table, code: &str) -> Vec<i64> {
    table.rows.iter().find(|row| row.code == code).unwrap().values.clone()
}

proptest! {
    #[test]
    fn a_month_of_any_bookings_and_any_unreached_items_adds_up(
        mut flows in prop::collection::vec(flow(), 0..80),
        late in prop::collection::vec(late(), 0..8),
        wrong in prop::option::of((1..=7_u8, -300..300_i64)),
    ) {
        flows.sort_by_key(|flow| flow.day);
        let days: Vec<_> = (1..=7).map(day).collect();
        // The bank is right, but for one day of which its statement differs.
        let stated = wrong.map(|(number, fen)| {
            let mut position = Position::default();
            for flow in flows.iter().filter(|flow| flow.day <= day(number)) {
                position.apply(flow).unwrap();
            }
            let seen = late.iter().filter(|line| line.is_late_on(day(number)));
            let seen: i64 = seen.map(|line| line.amount.minor()).sum();
            let closing = position.balance("1012.01").minor() + seen + fen;
            (("770".to_owned(), day(number)), Money::cny(closing))
        });
        let special = BankBalance {
            account: "SPEC-1".to_owned(),
            ledger_code: "1012.02".to_owned(),
            account_no: "771".to_owned(),
            stated: None,
        };
        let month = Month {
            days: days.clone(),
            flows,
            late,
            banks: vec![bank(None), special],
            stated: stated.into_iter().collect::<HashMap<_, _>>(),
            items: BTreeMap::new(),
            opening: Position::default(),
        };
        let worked = month.work_out().unwrap();
        // 1-12: the gap is what the institution is short of, and what the bank does not say.
        for (at, cover) in worked.covers.iter().enumerate().skip(1) {
            let off = wrong.filter(|(number, _)| usize::from(*number) == at);
            let off = off.map_or(0, |(_, fen)| fen);
            let short = cover.own.minor().min(0);
            prop_assert_eq!(cover.gap.minor(), -short - off, "day {}", at);
            prop_assert_eq!(cover.holds(), short + off == 0);
            let may = cover.sweepable().unwrap().minor();
            prop_assert!(may >= 0 && may <= cover.amount(Cell::M4).minor().max(0));
        }
        // 1-5: opening, in, out and within come to the closing balance.
        let balances = worked.table(TableKind::T1_5).unwrap();
        let e: Vec<_> = ["E01", "E02", "E03", "E04", "E05", "E06"]
            .map(|code| row(&balances, code)).into_iter().collect();
        for (at, closing) in e[5].iter().enumerate() {
            prop_assert_eq!(e[0][at] + e[1][at] - e[2][at] - e[3][at] + e[4][at], *closing);
        }
        // 1-2: what should go out is what was debited less fees.
        let out = worked.table(TableKind::T1_2).unwrap();
        for at in 0..days.len() {
            prop_assert_eq!(row(&out, "B02")[at], row(&out, "B01")[at] - row(&out, "B03")[at]);
        }
        // 1-11: the day's change of customers' balances explains the day's change at the bank, but
        // for what the bank's own statement says otherwise.
        let changes = worked.table(TableKind::T1_11).unwrap();
        for at in 0..days.len() {
            let off = |number: usize| wrong.filter(|(wrong, _)| usize::from(*wrong) == number)
                .map_or(0, |(_, fen)| fen);
            let unexplained = off(at + 1) - off(at);
            prop_assert_eq!(row(&changes, "L24")[at] - row(&changes, "L21")[at], unexplained);
        }
    }

    #[test]
    fn what_banks_and_books_have_apart_is_what_the_items_say(
        moves in prop::collection::vec((0..7_usize, 0..3_u8, 1..=9_u8, 1..9_000_i64), 0..40),
        late in prop::collection::vec(late(), 0..6),
    ) {
        let codes = ["1122.01", "1221.01", "1012.09", "2241.07", "2241.08", "2241.09", "2241.10"];
        let mut moves: Vec<Move> = moves.into_iter().map(|(code, document, number, fen)| Move {
            account: codes[code].to_owned(),
            owner: String::new(),
            source: Source { kind: "payout".to_owned(), id: format!("p{document}") },
            day: day(number),
            amount: Money::cny(fen),
        }).collect();
        moves.sort_by(|a, b| {
            (&a.account, &a.source.id, a.day).cmp(&(&b.account, &b.source.id, b.day))
        });
        let today = day(9);
        let items = items_on(today, &moves, &late).unwrap();
        let mut position = Position::default();
        for one in &moves {
            let sum = position.balance(&one.account).checked_add(one.amount).unwrap();
            position.set(one.account.clone(), sum);
        }
        let late: Vec<_> = late.iter().filter(|line| line.is_late_on(today)).collect();
        let cover = cover(&position, vec![bank(None)], &late, Some(today)).unwrap();
        let of = |kind| items.iter().filter(|item| item.kind == kind)
            .map(|item| item.amount.minor()).sum::<i64>();
        let cells = cover.amount(Cell::M7).minor() - cover.amount(Cell::M8).minor()
            - cover.amount(Cell::M9).minor() + cover.amount(Cell::M10).minor();
        prop_assert_eq!(of(Kind::J01) - of(Kind::J02) - of(Kind::J03) + of(Kind::J04), cells);
        prop_assert!(items.iter().all(|item| item.age(today) >= 0));
    }
}

#[test]
fn ages_fall_into_the_bands_of_table_1_10() {
    use super::unreached::Band;
    let bands = [0, 5, 6, 10, 11, 400].map(Band::of_age);
    let expected = [Band::Fresh, Band::Fresh, Band::Old, Band::Old, Band::Stale, Band::Stale];
    assert_eq!(bands, expected);
}
