//! The people of the demonstration, whose password everybody may know.

use backoffice::access::{self, AccessError, NewStaff};
use backoffice::approvals::rules;
use backoffice::office::Office;
use domain::access::Role;
use domain::approval::{ApprovalKind, Authority, Conditions, Level, Risk, Rule, Step};
use domain::money::Money;
use std::fmt::Write as _;

/// Everybody's password.
pub const PASSWORD: &str = "abacus-ledger-2026";

/// Login, name and role of each person.
pub const PEOPLE: [(&str, &str, Role); 8] = [
    ("lin.ops", "Lin Xia 林夏", Role::Operations),
    ("zhao.ops", "Zhao Min 赵敏", Role::Operations),
    ("chen.maker", "Chen Yu 陈宇", Role::FinanceMaker),
    ("wang.checker", "Wang Lei 王蕾", Role::FinanceChecker),
    ("he.checker", "He Jing 何静", Role::FinanceChecker),
    ("liu.manager", "Liu Fang 刘芳", Role::Manager),
    ("sun.admin", "Sun Qiang 孙强", Role::Admin),
    ("zhou.auditor", "Zhou Ning 周宁", Role::Auditor),
];

/// Adds whoever is not there yet.
///
/// # Errors
/// The database failed.
pub async fn add(office: &Office) -> Result<(), AccessError> {
    for (login, name, role) in PEOPLE {
        let new = NewStaff { login, name, password: PASSWORD, roles: &[role] };
        access::add_staff(office, &new).await?;
    }
    Ok(())
}

/// Agrees on approval rules and levels: large payout batches take three people, large adjustments
/// and grave resolutions of error items two, write-offs and own funds the highest level.
///
/// # Errors
/// The database failed.
pub async fn agree_rules(office: &Office) -> anyhow::Result<()> {
    let mut authorities = Vec::new();
    for (login, level) in [("he.checker", Level::L2), ("liu.manager", Level::L4)] {
        let staff = access::actor_by_login(office, login).await?.staff;
        authorities.push(Authority { staff, level, until: None });
    }
    let mut tx = office.begin().await?;
    rules::set_up(&mut tx, office, (rule_book(), authorities)).await?;
    tx.commit().await?;
    Ok(())
}

fn rule_book() -> Vec<Rule> {
    let step = |level| Step { level, role: None, second_factor: false };
    let of = |kind, fen: Option<i64>| Conditions {
        kinds: vec![kind],
        amount_over: fen.map(Money::cny),
        ..Conditions::default()
    };
    let rule = |name: &str, when, steps: &[Step], hours| Rule {
        name: name.to_owned(),
        when,
        steps: steps.to_vec(),
        hours,
    };
    let [first, second, third, fourth] = Level::ALL.map(step);
    let manager = |step| Step { role: Some(Role::Manager), ..step };
    let payouts = |fen| of(ApprovalKind::PayoutBatch, Some(fen));
    let grave = Conditions {
        sources: vec!["write_off".to_owned(), "own_funds".to_owned()],
        ..of(ApprovalKind::Adjustment, None)
    };
    let risky =
        Conditions { risk_from: Some(Risk::High), ..of(ApprovalKind::ErrorResolution, None) };
    vec![
        rule("payouts above 20,000", payouts(2_000_000), &[first, second], 24),
        rule("payouts above 50,000", payouts(5_000_000), &[first, second, manager(third)], 8),
        rule(
            "adjustments above 100,000",
            of(ApprovalKind::Adjustment, Some(10_000_000)),
            &[first, second],
            24,
        ),
        rule("adjustments that write off or touch own funds", grave, &[first, manager(fourth)], 24),
        rule("error items of high risk", risky, &[first, third], 24),
    ]
}

/// The list that is shown to whoever started the demonstration.
#[must_use]
pub fn list() -> String {
    let mut list = format!("Sign-ins of the demonstration, all with the password {PASSWORD}\n");
    for (login, name, role) in PEOPLE {
        // Writing to a string does not fail.
        let _ = writeln!(list, "  {login:<14} {:<16} {name}", role.name());
    }
    list
}
