//! The people of the demonstration, whose password everybody may know.

use backoffice::access::{self, AccessError, NewStaff};
use backoffice::office::Office;
use domain::access::Role;
use std::fmt::Write as _;

/// Everybody's password.
pub const PASSWORD: &str = "abacus-ledger-2026";

/// Login, name and role of each person.
pub const PEOPLE: [(&str, &str, Role); 7] = [
    ("lin.ops", "Lin Xia 林夏", Role::Operations),
    ("zhao.ops", "Zhao Min 赵敏", Role::Operations),
    ("chen.maker", "Chen Yu 陈宇", Role::FinanceMaker),
    ("wang.checker", "Wang Lei 王蕾", Role::FinanceChecker),
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
