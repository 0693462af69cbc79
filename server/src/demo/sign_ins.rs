//! The people of the demonstration, whose password everybody may know.

use backoffice::access::{self, AccessError, NewStaff};
use backoffice::approvals::rules;
use backoffice::office::Office;
use domain::access::Role;
use domain::approval::{ApprovalKind, Authority, Conditions, Level, Rule, Step};
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

/// Agrees on approval rules and levels: large payout batches take three people.
///
/// # Errors
/// The database failed.
pub async fn agree_rules(office: &Office) -> anyhow::Result<()> {
    let step = |level, role| Step { level, role, second_factor: false };
    let over = |fen| Conditions {
        kinds: vec![ApprovalKind::PayoutBatch],
        amount_over: Some(Money::cny(fen)),
        ..Conditions::default()
    };
    let rules = vec![
        Rule {
            name: "payouts above 20,000".to_owned(),
            when: over(2_000_000),
            steps: vec![step(Level::L1, None), step(Level::L2, None)],
            hours: 24,
        },
        Rule {
            name: "payouts above 50,000".to_owned(),
            when: over(5_000_000),
            steps: vec![
                step(Level::L1, None),
                step(Level::L2, None),
                step(Level::L3, Some(Role::Manager)),
            ],
            hours: 8,
        },
    ];
    let mut authorities = Vec::new();
    for (login, level) in [("he.checker", Level::L2), ("liu.manager", Level::L3)] {
        let staff = access::actor_by_login(office, login).await?.staff;
        authorities.push(Authority { staff, level, until: None });
    }
    let mut tx = office.begin().await?;
    rules::set_up(&mut tx, office, (rules, authorities)).await?;
    tx.commit().await?;
    Ok(())
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
