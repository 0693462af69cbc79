//! The journal entries of the posting rules: what each writes, and what the accounts hold then.
//!
//! The example is a trade of 100.00 with a fee of 0.60, a channel cost of 0.24, a commission of
//! 1.00 and a delivery of 2.00.

use crate::books::*;
use crate::story::*;
use ledger::entries::*;
use ledger::{AccountRef, Entry, LedgerError, Posting};
use sqlx::{PgConnection, PgPool};

#[sqlx::test(migrations = "../../../migrations")]
async fn entries_1_to_4_collect_charge_accrue_and_receive(pool: PgPool) {
    let mut story = Story::begin(&pool).await;
    let posting = collected(story.event(), "wx", seller(), yuan(10_000));
    let held = [(wx_due(), 10_000), (unsettled(SELLER), 10_000)];
    story.books(posting, "entry 1: Dr 1122.01.wx Cr 2241.02.S 10000;", &held).await;
    let fee = VatSplit { net: yuan(57), vat: yuan(3) };
    let posting = fee_charged(story.event(), seller(), Owed::Unsettled, fee);
    let held = [
        (unsettled(SELLER), 9_940),
        (AccountRef::fee_income(), 57),
        (AccountRef::vat_payable(), 3),
    ];
    let lines = "entry 2: Dr 2241.02.S Cr 6021.01 57; Dr 2241.02.S Cr 2221.01 3;";
    story.books(posting, lines, &held).await;
    let whole = VatSplit::unsplit(yuan(60));
    let posting = fee_charged(story.event(), seller(), Owed::Unsettled, whole);
    story.books(posting, "entry 2: Dr 2241.02.S Cr 6021.01 60;", &[]).await;
    let posting = channel_cost(story.event(), "wx", yuan(24));
    let costs = AccountRef::payable_channel_fees("wx");
    let held = [(AccountRef::channel_cost(), 24), (costs.clone(), 24)];
    story.books(posting, "entry 3: Dr 6421.01 Cr 2202.01.wx 24;", &held).await;
    let posting =
        channel_funds_net(story.event(), "wx", Cash::Reserve(""), (yuan(9_976), yuan(24)));
    let posting = posting.unwrap();
    let lines = "entry 4: Dr 1012.01 Cr 1122.01.wx 9976; Dr 2202.01.wx Cr 1122.01.wx 24;";
    let held = [(wx_due(), 0), (costs, 0), (AccountRef::reserve(), 9_976)];
    story.books(posting, lines, &held).await;
    let posting = channel_funds_gross(story.event(), "wx", "icbc", yuan(10));
    story.books(posting, "entry 4: Dr 1012.01.icbc Cr 1122.01.wx 10;", &[(wx_due(), -10)]).await;
    story.ends().await;
}

fn shares() -> Vec<Share> {
    let share = |to, fen, memo: &str| Share { to, amount: yuan(fen), memo: memo.to_owned() };
    vec![
        share(Shared::Party(seller()), 9_640, "seller"),
        share(Shared::Commission(merchant(PLATFORM)), 100, "commission"),
        share(Shared::Party(merchant(CARRIER)), 200, "delivery"),
        share(Shared::Party(merchant(CARRIER)), 0, "nothing"),
    ]
}

#[sqlx::test(migrations = "../../../migrations")]
async fn entry_5_splits_at_the_source_or_gross(pool: PgPool) {
    let mut story = Story::begin(&pool).await;
    for _ in 0..2 {
        let paid = collected(story.event(), "wx", seller(), yuan(9_940));
        ledger::post(&mut story.conn, &paid).await.unwrap();
    }
    let commission = AccountRef::platform_commission(merchant(PLATFORM));
    let posting = split_net(story.event(), seller(), yuan(9_940), &shares());
    let lines = "entry 5: Dr 2241.02.S Cr 2241.05.S 9940; Dr 2241.05.S Cr 2241.03.S 9640;
                 Dr 2241.05.S Cr 2241.06.P 100; Dr 2241.05.S Cr 2241.03.C 200;";
    let held = [
        (AccountRef::split_pending(seller()), 0),
        (available(SELLER), 9_640),
        (commission.clone(), 100),
        (available(CARRIER), 200),
    ];
    story.books(posting, lines, &held).await;
    let posting = split_gross(story.event(), seller(), yuan(9_940), &shares()[1..]);
    let lines = "entry 5: Dr 2241.02.S Cr 2241.03.S 9940; Dr 2241.03.S Cr 2241.06.P 100;
                 Dr 2241.03.S Cr 2241.03.C 200;";
    let held = [(available(SELLER), 2 * 9_640), (commission, 200), (available(CARRIER), 400)];
    story.books(posting, lines, &held).await;
    story.ends().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn entries_6_and_7_settle_hold_and_release(pool: PgPool) {
    let mut story = with_funds(&pool).await;
    let posting = settled(story.event(), seller(), yuan(4_000));
    let held = [(unsettled(SELLER), 6_000), (available(SELLER), 24_000)];
    story.books(posting, "entry 6: Dr 2241.02.S Cr 2241.03.S 4000;", &held).await;
    let posting = settled_back(story.event(), seller(), yuan(1_000));
    let held = [(unsettled(SELLER), 7_000), (available(SELLER), 23_000)];
    story.books(posting, "entry 6: Dr 2241.03.S Cr 2241.02.S 1000;", &held).await;
    let frozen = AccountRef::merchant_held(seller());
    let posting = ledger::entries::held(story.event(), seller(), yuan(20_000));
    let held = [(available(SELLER), 3_000), (frozen.clone(), 20_000)];
    story.books(posting, "entry 7: Dr 2241.03.S Cr 2241.04.S 20000;", &held).await;
    let too_much = payout_submitted(story.event(), seller(), Purse::Available, yuan(3_001));
    let refused = ledger::post(&mut story.conn, &too_much).await;
    assert!(refused.is_err(), "what is held is not available");
    let posting = released(story.event(), seller(), yuan(5_000));
    let held = [(available(SELLER), 8_000), (frozen, 15_000)];
    story.books(posting, "entry 7: Dr 2241.04.S Cr 2241.03.S 5000;", &held).await;
    story.ends().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn entries_8_and_21_pay_out_and_take_back(pool: PgPool) {
    let mut story = with_funds(&pool).await;
    let transit = AccountRef::payouts_in_transit();
    let posting = payout_submitted(story.event(), seller(), Purse::Available, yuan(9_640));
    let held = [(available(SELLER), 10_360), (transit.clone(), 9_640)];
    story.books(posting, "entry 8: Dr 2241.03.S Cr 2241.08 9640;", &held).await;
    let posting = payout_paid(story.event(), "", yuan(9_640));
    let held = [(transit.clone(), 0), (AccountRef::reserve(), 20_360)];
    story.books(posting, "entry 8: Dr 2241.08 Cr 1012.01 9640;", &held).await;
    let back = AccountRef::returned_payouts();
    let posting = payout_returned(story.event(), "", yuan(9_640));
    let held = [(back.clone(), 9_640), (AccountRef::reserve(), 30_000)];
    story.books(posting, "entry 21: Dr 1012.01 Cr 2241.10 9640;", &held).await;
    let posting = returned_to_merchant(story.event(), seller(), yuan(640));
    let held = [(back.clone(), 9_000), (available(SELLER), 11_000)];
    story.books(posting, "entry 21: Dr 2241.10 Cr 2241.03.S 640;", &held).await;
    let posting = payout_repaid(story.event(), yuan(9_000));
    let lines = "entry 21: Dr 2241.10 Cr 2241.08 9000;";
    story.books(posting, lines, &[(back, 0), (transit, 9_000)]).await;
    let commission = payout_submitted(story.event(), seller(), Purse::Commission, yuan(1));
    assert_eq!(written(&commission), "entry 8: Dr 2241.06.S Cr 2241.08 1;");
    // There is no commission to pay out.
    assert!(ledger::post(&mut story.conn, &commission).await.is_err());
    story.ends().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn entries_9_and_10_let_users_and_merchants_put_in_and_take_out(pool: PgPool) {
    let mut story = Story::begin(&pool).await;
    let user = AccountRef::user("U1");
    for (intake, holder, lines) in [
        (Intake::Channel("wx"), Holder::User("U1"), "entry 10: Dr 1122.01.wx Cr 2241.01.U1 10010;"),
        (
            Intake::Reserve(""),
            Holder::Merchant(seller()),
            "entry 10: Dr 1012.01 Cr 2241.03.S 10010;",
        ),
    ] {
        let posting = topped_up(story.event(), intake, holder, yuan(10_010));
        story.books(posting, lines, &[(user.clone(), 10_010)]).await;
    }
    let posting = withdrawal_submitted(story.event(), "U1", yuan(10_000), yuan(10));
    let lines = "entry 9: Dr 2241.01.U1 Cr 2241.08 10000; Dr 2241.01.U1 Cr 6021.01 10;";
    let held =
        [(user, 0), (AccountRef::payouts_in_transit(), 10_000), (AccountRef::fee_income(), 10)];
    story.books(posting, lines, &held).await;
    let posting = withdrawal_paid(story.event(), "", yuan(10_000));
    let held = [(AccountRef::payouts_in_transit(), 0), (AccountRef::reserve(), 10)];
    story.books(posting, "entry 9: Dr 2241.08 Cr 1012.01 10000;", &held).await;
    story.ends().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn entries_11_to_13_refund_with_fee_and_commission(pool: PgPool) {
    let mut story = with_funds(&pool).await;
    let transit = AccountRef::refunds_in_transit();
    let posting = refund_accepted(story.event(), seller(), Owed::Unsettled, yuan(10_000));
    let held = [(unsettled(SELLER), 0), (transit.clone(), 10_000)];
    story.books(posting, "entry 11: Dr 2241.02.S Cr 2241.07 10000;", &held).await;
    for (posting, lines, left) in [
        (
            refund_netted(story.event(), "wx", yuan(5_000)),
            "entry 11: Dr 2241.07 Cr 1122.01.wx 5000;",
            5_000,
        ),
        (
            refund_paid(story.event(), "", yuan(3_000)),
            "entry 11: Dr 2241.07 Cr 1012.01 3000;",
            2_000,
        ),
        (
            refund_failed(story.event(), seller(), yuan(2_000)),
            "entry 11: Dr 2241.07 Cr 2241.03.S 2000;",
            0,
        ),
    ] {
        story.books(posting, lines, &[(transit.clone(), left)]).await;
    }
    let held = [(available(SELLER), 22_000), (wx_due(), -5_000), (AccountRef::reserve(), 27_000)];
    let posting = fee_refunded(story.event(), seller(), Owed::Available, yuan(60));
    story.books(posting, "entry 12: Dr 6021.02 Cr 2241.03.S 60;", &held[1..]).await;
    let posting = cost_recoverable(story.event(), "wx", yuan(24));
    let held = [(AccountRef::fees_recoverable("wx"), 24), (AccountRef::channel_cost(), -24)];
    story.books(posting, "entry 12: Dr 1221.03.wx Cr 6421.01 24;", &held).await;
    let shares = [Share {
        to: Shared::Commission(merchant(PLATFORM)),
        amount: yuan(100),
        memo: "commission".to_owned(),
    }];
    let paid = collected(story.event(), "wx", seller(), yuan(100));
    let split = split_gross(story.event(), seller(), yuan(100), &shares);
    ledger::post_all(&mut story.conn, &[paid, split]).await.unwrap();
    let commission = AccountRef::platform_commission(merchant(PLATFORM));
    let seller_again = CommissionTo::Seller(seller());
    let posting = commission_refunded(story.event(), merchant(PLATFORM), seller_again, yuan(60));
    let lines = "entry 13: Dr 2241.06.P Cr 2241.03.S 60;";
    story.books(posting, lines, &[(commission.clone(), 40)]).await;
    let posting =
        commission_refunded(story.event(), merchant(PLATFORM), CommissionTo::Refund, yuan(40));
    let held = [(commission, 0), (transit, 40)];
    story.books(posting, "entry 13: Dr 2241.06.P Cr 2241.07 40;", &held).await;
    story.ends().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn entry_14_advances_own_funds_and_recovers_them(pool: PgPool) {
    let mut story = Story::begin(&pool).await;
    let posting = advanced(story.event(), seller(), BANKS, yuan(500));
    let lines = "entry 14: Dr 1012.01 Cr 1002.01 500; Dr 1221.02.S Cr 2241.03.S 500;";
    let held = [
        (AccountRef::reserve(), 500),
        (AccountRef::own_funds(), -500),
        (AccountRef::advance_for(seller()), 500),
        (available(SELLER), 500),
    ];
    story.books(posting, lines, &held).await;
    let posting = advance_recovered(story.event(), seller(), BANKS, yuan(500));
    let lines = "entry 14: Dr 2241.03.S Cr 1221.02.S 500; Dr 1002.01 Cr 1012.01 500;";
    story.books(posting, lines, &held.map(|(account, _)| (account, 0))).await;
    story.ends().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn entry_16_lets_merchant_debt_or_institution_bear_a_chargeback(pool: PgPool) {
    let mut story = with_funds(&pool).await;
    for (bearer, code, due) in [
        (Bearer::Merchant(seller()), "2241.03.S", -100),
        (Bearer::MerchantDebt(seller()), "1122.02.S", -200),
        (Bearer::Institution(seller()), "1221.02.S", -300),
    ] {
        let posting = charged_back(story.event(), bearer, "wx", yuan(100));
        let lines = format!("entry 16: Dr {code} Cr 1122.01.wx 100;");
        story.books(posting, &lines, &[(wx_due(), due)]).await;
    }
    let posting = chargeback_fee(story.event(), seller(), ChargebackFeeTo::Institution, yuan(5));
    let held = [(AccountRef::fee_income(), 5), (available(SELLER), 19_895)];
    story.books(posting, "entry 16: Dr 2241.03.S Cr 6021.01 5;", &held).await;
    let to = ChargebackFeeTo::Channel("wx");
    let posting = chargeback_fee(story.event(), seller(), to, yuan(7));
    let held = [(AccountRef::payable_channel_fees("wx"), 7)];
    story.books(posting, "entry 16: Dr 2241.03.S Cr 2202.01.wx 7;", &held).await;
    story.ends().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn entries_17_to_19_park_and_resolve_what_differs(pool: PgPool) {
    let mut story = with_funds(&pool).await;
    let (long, short) = (AccountRef::long_suspense(), AccountRef::short_suspense());
    let e = || story.event();
    let (reserve, channel) = (Found::Reserve(""), Found::Channel("wx"));
    for (posting, lines, account, fen) in [
        (long_found(e(), reserve, yuan(100)), "17: Dr 1012.01 Cr 2241.09 100;", &long, 100),
        (long_found(e(), channel, yuan(50)), "17: Dr 1122.01.wx Cr 2241.09 50;", &long, 150),
        (long_repaired(e(), seller(), yuan(40)), "17: Dr 2241.09 Cr 2241.02.S 40;", &long, 110),
        (long_returned(e(), "", yuan(60)), "17: Dr 2241.09 Cr 1012.01 60;", &long, 50),
        (long_unclaimed(e(), yuan(50)), "17: Dr 2241.09 Cr 6301.01 50;", &long, 0),
        (short_found(e(), "wx", yuan(100)), "18: Dr 1221.01 Cr 1122.01.wx 100;", &short, 100),
        (short_arrived(e(), "", yuan(30)), "18: Dr 1012.01 Cr 1221.01 30;", &short, 70),
        (
            short_false_order(e(), seller(), Owed::Unsettled, yuan(20)),
            "18: Dr 2241.02.S Cr 1221.01 20;",
            &short,
            50,
        ),
        (
            short_written_off(e(), BANKS, yuan(50)),
            "18: Dr 6711.01 Cr 1221.01 50; Dr 1012.01 Cr 1002.01 50;",
            &short,
            0,
        ),
        (amount_over(e(), "wx", yuan(3)), "19: Dr 1122.01.wx Cr 2241.09 3;", &long, 3),
        (amount_under(e(), "wx", yuan(4)), "19: Dr 1221.01 Cr 1122.01.wx 4;", &short, 4),
        (
            fee_over(e(), "wx", yuan(6)),
            "19: Dr 6421.01 Cr 2202.01.wx 6;",
            &AccountRef::channel_cost(),
            6,
        ),
        (
            fee_under(e(), "wx", yuan(2)),
            "19: Dr 2202.01.wx Cr 6421.01 2;",
            &AccountRef::channel_cost(),
            4,
        ),
        (
            fee_claimed(e(), "wx", yuan(4)),
            "19: Dr 1221.03.wx Cr 6421.01 4;",
            &AccountRef::channel_cost(),
            0,
        ),
    ] {
        let held = [(account.clone(), fen)];
        ledger_entry(&mut story.conn, posting, &format!("entry {lines}"), &held).await;
    }
    story.ends().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn entries_20_and_22_to_27_move_the_reserve_itself(pool: PgPool) {
    let mut story = with_funds(&pool).await;
    let (reserve, own) = (AccountRef::reserve(), AccountRef::own_funds());
    let transit = AccountRef::reserve_in_transit();
    let fund = AccountRef::protection_fund();
    let e = || story.event();
    let special = Custody::Special("cross-border");
    let found = line(reserve.clone(), AccountRef::long_suspense(), yuan(1));
    let adjustment = adjustment("adjustment", dates(today()), vec![found]);
    for (posting, lines, account, fen) in [
        (bank_charged(e(), "", yuan(100)), "20: Dr 6421.01 Cr 1012.01 100;", &reserve, 29_900),
        (
            reserve_sent(e(), Custody::Central(""), yuan(900)),
            "22: Dr 1012.09 Cr 1012.01 900;",
            &transit,
            900,
        ),
        (
            reserve_arrived(e(), special, yuan(900)),
            "22: Dr 1012.02.cross-border Cr 1012.09 900;",
            &transit,
            0,
        ),
        (quota_earmarked(e()), "23:", &reserve, 29_000),
        (interest_earned(e(), "", yuan(50)), "24: Dr 1012.01 Cr 6011.01 50;", &reserve, 29_050),
        (protection_fund_share(e(), yuan(5)), "24: Dr 6011.01 Cr 2241.21 5;", &fund, 5),
        (fees_swept(e(), BANKS, yuan(20)), "25: Dr 1002.01 Cr 1012.01 20;", &own, 20),
        (own_funds_lodged(e(), BANKS, yuan(70)), "26: Dr 1012.01 Cr 1002.01 70;", &own, -50),
        (own_funds_taken_back(e(), BANKS, yuan(70)), "26: Dr 1002.01 Cr 1012.01 70;", &own, 20),
        (adjustment, "27: Dr 1012.01 Cr 2241.09 1;", &reserve, 29_031),
    ] {
        let held = [(account.clone(), fen)];
        ledger_entry(&mut story.conn, posting, &format!("entry {lines}"), &held).await;
    }
    story.ends().await;
}

async fn ledger_entry(
    conn: &mut PgConnection,
    posting: Posting,
    lines: &str,
    held: &[(AccountRef, i64)],
) {
    assert_eq!(written(&posting), lines);
    ledger::post(conn, &posting).await.unwrap();
    for (account, wanted) in held {
        assert_eq!(fen(conn, account).await, *wanted, "{account} after {lines}");
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_resolution_books_only_what_the_posting_rules_know(pool: PgPool) {
    let story = with_funds(&pool).await;
    let fen = yuan(1);
    let known = line(due(), AccountRef::long_suspense(), fen);
    let posting = ruled(story.event(), Entry::BankLong, [known.clone()]).unwrap();
    assert_eq!(written(&posting), "entry 17: Dr 1122.01.UNIONPAY Cr 2241.09 1;");
    for (entry, bad) in [
        (Entry::BankShort, known.clone()),
        (Entry::Collection, line(due(), unsettled(1), fen)),
        (Entry::Adjustment, known.clone()),
        (Entry::BankLong, line(AccountRef::long_suspense(), AccountRef::fee_income(), fen)),
    ] {
        let refused = ruled(story.event(), entry, [known.clone(), bad]).unwrap_err();
        assert!(matches!(refused, LedgerError::NotARule { entry: of, .. } if of == entry));
    }
    story.ends().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_settlement_books_all_its_parts_in_one_journal(pool: PgPool) {
    let mut story = with_funds(&pool).await;
    let share = |charged, to, fen| ShareFrom {
        charged,
        share: Share { to, amount: yuan(fen), memo: "share".to_owned() },
    };
    let memo = || "order".to_owned();
    let (carrier, platform) = (merchant(CARRIER), merchant(PLATFORM));
    let pending = Part::Split {
        base: yuan(100),
        from: SplitFrom::Pending,
        shares: vec![
            share(None, Shared::Party(seller()), 90),
            share(None, Shared::Commission(platform), 10),
            share(None, Shared::Party(carrier), 0),
        ],
        memo: memo(),
    };
    let charged = Part::Split {
        base: yuan(50),
        from: SplitFrom::Unsettled,
        shares: vec![
            share(None, Shared::Party(seller()), 50),
            share(Some(seller()), Shared::Party(carrier), 5),
        ],
        memo: memo(),
    };
    let borne = Part::FeeBorne { amount: yuan(4), memo: memo() };
    let parts = vec![Part::Own(yuan(7)), pending, charged, borne];
    let posting = settled_together(story.event(), seller(), parts).unwrap().unwrap();
    assert_eq!(posting.entry(), Entry::Split);
    assert_eq!(
        written(&posting),
        "entry 5: Dr 2241.02.S Cr 2241.03.S 7; Dr 2241.02.S Cr 2241.05.S 100; \
         Dr 2241.05.S Cr 2241.03.S 90; Dr 2241.05.S Cr 2241.06.P 10; \
         Dr 2241.02.S Cr 2241.03.S 50; Dr 2241.03.S Cr 2241.03.C 5; Dr 2241.06.S Cr 2241.02.S 4;"
    );
    let back = settled_together(story.event(), seller(), vec![Part::Own(yuan(-3))]);
    let back = back.unwrap().unwrap();
    assert_eq!(written(&back), "entry 6: Dr 2241.03.S Cr 2241.02.S 3;");
    let nothing = settled_together(story.event(), seller(), vec![Part::Own(yuan(0))]);
    assert_eq!(nothing.unwrap(), None);
    let available = AccountRef::merchant_available(seller());
    let own = settled_together(story.event(), seller(), vec![Part::Own(yuan(7))]);
    story
        .books(
            own.unwrap().unwrap(),
            "entry 6: Dr 2241.02.S Cr 2241.03.S 7;",
            &[(available, 20_007)],
        )
        .await;
    story.ends().await;
}
