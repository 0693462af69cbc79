//! Commands that add people and the keys of merchants' systems.

use crate::config::Config;
use crate::demo::{self, sign_ins};
use crate::office;
use anyhow::{Context, bail, ensure};
use backoffice::access::{self, NewStaff};
use backoffice::merchants;
use backoffice::payments::callbacks;
use clap::Args;
use domain::access::Role;
use std::io::{BufRead, Write};

/// The demonstration institution.
#[derive(Debug, Args)]
pub struct Demo {
    /// Only show with which logins one can sign in.
    #[arg(long)]
    sign_ins: bool,
}

/// A member of staff to be added.
#[derive(Debug, Args)]
pub struct AddStaff {
    /// What the person signs in with.
    login: String,
    /// The name others see.
    name: String,
    /// A role; may be given several times.
    #[arg(long = "role", required = true)]
    roles: Vec<Role>,
}

/// An account and the person behind it.
#[derive(Debug, Args)]
pub struct NamePerson {
    /// What the person signs in with.
    login: String,
    /// The person's number as an employee; accounts with the same number are one person.
    employee_no: String,
}

/// A key to be made.
#[derive(Debug, Args)]
pub struct ApiKey {
    /// The merchant's number, like M100001.
    merchant: String,
}

/// Agrees on a new secret for a channel's callbacks, and prints it once.
#[derive(Debug, clap::Args)]
pub struct ChannelSecret {
    /// The channel's code, like unionpay.
    channel: String,
}

/// Loads the demonstration, as far as it is not there yet.
///
/// # Errors
/// This is no demonstration, or the database or the sandbox cannot be used.
pub async fn load_demo(config: &Config, demo: &Demo) -> anyhow::Result<()> {
    ensure!(
        config.demo,
        "this is no demonstration: its sign-ins are public. Set COUNTINGHOUSE_DEMO=true if it is one"
    );
    if !demo.sign_ins {
        demo::load(config).await?;
    }
    write!(std::io::stdout(), "{}", sign_ins::list())?;
    Ok(())
}

/// Says which person is behind an account.
///
/// # Errors
/// There is no such account, or the number is none.
pub async fn name_person(config: &Config, named: &NamePerson) -> anyhow::Result<()> {
    let office = office::open(config).await?;
    access::name_person(&office, &named.login, &named.employee_no).await?;
    writeln!(std::io::stdout(), "{} is person {}", named.login, named.employee_no)?;
    Ok(())
}

/// Adds a member of staff.
///
/// # Errors
/// No password came, it is too short, or the database failed.
pub async fn add_staff(config: &Config, new: &AddStaff) -> anyhow::Result<()> {
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("no password came on the standard input");
    }
    let office = office::open(config).await?;
    let person = NewStaff { login: &new.login, name: &new.name, password, roles: &new.roles };
    let id = access::add_staff(&office, &person).await?;
    writeln!(std::io::stdout(), "{} is staff {id}", new.login)?;
    Ok(())
}

/// Makes a key for a merchant's system and shows it this once.
///
/// # Errors
/// There is no such merchant, or the database failed.
pub async fn issue_api_key(config: &Config, key: &ApiKey) -> anyhow::Result<()> {
    let office = office::open(config).await?;
    let mut tx = office.begin().await?;
    let Some(merchant) = merchants::by_code(&mut tx, &key.merchant).await? else {
        bail!("there is no merchant {}", key.merchant);
    };
    let secret = merchants::issue_api_key(&mut tx, &office, merchant).await?;
    tx.commit().await?;
    writeln!(std::io::stdout(), "{}", secret.bearer())?;
    Ok(())
}

/// Agrees on a new secret and prints it: what the channel signed with the old one is refused.
///
/// # Errors
/// The database cannot be used, or there is no such channel.
pub async fn agree_channel_secret(config: &Config, wanted: &ChannelSecret) -> anyhow::Result<()> {
    let office = office::open(config).await?;
    let secret = callbacks::new_secret()?;
    let mut tx = office.begin().await?;
    let agreed = (wanted.channel.as_str(), &secret);
    callbacks::agree_secret(&mut tx, &office, agreed).await.with_context(|| {
        format!("no secret could be agreed with the channel {}", wanted.channel)
    })?;
    tx.commit().await?;
    writeln!(std::io::stdout(), "{}", secret.text())?;
    Ok(())
}
