//! `doctor`: one line a check, and an exit code for whoever watches over the installation.

use crate::config::Config;
use crate::{database, office};
use backoffice::office::Office;
use backoffice::{payouts, trading_day};
use std::io::Write;
use std::process::ExitCode;
use time::Duration;

/// Farthest that our clock and the database's may be apart.
const APART_MAX: Duration = Duration::seconds(5);

/// How one check ended.
struct Check {
    what: String,
    result: Result<String, String>,
    /// Whether what is missing is something an installation can do without.
    mild: bool,
}

impl Check {
    fn new(what: impl Into<String>, result: Result<impl ToString, impl ToString>) -> Self {
        let result = result.map(|good| good.to_string()).map_err(|bad| bad.to_string());
        Self { what: what.into(), result, mild: false }
    }

    /// A setting an installation can do without; what it cannot do then is said.
    fn setting(what: &str, is_set: bool, without: &str) -> Self {
        let result = if is_set { Ok("is set") } else { Err(without) };
        Self { mild: true, ..Self::new(what, result) }
    }
}

/// Checks configuration, database, migrations, clock, keys, and the ledger's invariants.
///
/// # Errors
/// The result cannot be printed.
pub async fn doctor(config: anyhow::Result<Config>) -> anyhow::Result<ExitCode> {
    let mut checks = Vec::new();
    match config {
        Err(error) => {
            checks.push(Check::new("configuration", Err::<&str, _>(format!("{error:#}"))))
        }
        Ok(config) => {
            checks.push(Check::new("configuration", Ok::<_, &str>("every setting is known")));
            check_house(&config, &mut checks).await;
        }
    }
    let mut out = std::io::stdout();
    let mut code = ExitCode::SUCCESS;
    for check in checks {
        match check.result {
            Ok(good) => writeln!(out, "ok    {}: {good}", check.what)?,
            Err(bad) if check.mild => writeln!(out, "warn  {}: {bad}", check.what)?,
            Err(bad) => {
                writeln!(out, "FAIL  {}: {bad}", check.what)?;
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

async fn check_house(config: &Config, checks: &mut Vec<Check>) {
    let office = match office::open(config).await {
        Ok(office) => office,
        Err(error) => {
            checks.push(Check::new("database", Err::<&str, _>(format!("{error:#}"))));
            return;
        }
    };
    checks.push(Check::new("database", Ok::<_, &str>("answers, as the application's role")));
    let missing = database::missing_migrations(&office.db).await;
    let current = missing.as_ref().is_ok_and(Vec::is_empty);
    checks.push(Check::new("migrations", migrations(missing)));
    if !current {
        return;
    }
    checks.push(Check::new("clock", clock(&office).await));
    keys(config, &office, checks).await;
    match gates(&office).await {
        Ok(gates) => checks.extend(gates),
        Err(error) => checks.push(Check::new("ledger", Err::<&str, _>(error.to_string()))),
    }
}

/// The keys of this installation: without one, something it was set up for may not be done.
async fn keys(config: &Config, office: &Office, checks: &mut Vec<Check>) {
    let without = "COUNTINGHOUSE_SECRET_KEY is not set: nobody can set up a second factor";
    checks.push(Check::setting("secret key", office.settings.vault.is_some(), without));
    match payouts::without_key(office).await {
        Ok(accounts) if accounts.is_empty() => {
            let without = "COUNTINGHOUSE_PAYOUT_FILE_KEY is not set: no account can pay by file";
            let is_set = config.payout_file_key.is_some() || config.demo;
            checks.push(Check::setting("payout file key", is_set, without));
        }
        Ok(accounts) => {
            let bad = format!(
                "COUNTINGHOUSE_PAYOUT_FILE_KEY is not set, and these accounts pay by file: {}",
                accounts.join(", ")
            );
            checks.push(Check::new("payout file key", Err::<&str, _>(bad)));
        }
        Err(error) => checks.push(Check::new("payout file key", Err::<&str, _>(error))),
    }
}

fn migrations(missing: Result<Vec<String>, sqlx::Error>) -> Result<String, String> {
    match missing {
        Ok(missing) if missing.is_empty() => Ok("all applied".to_owned()),
        Ok(missing) => Err(format!("not applied: {}; run migrate", missing.join(", "))),
        Err(error) => Err(error.to_string()),
    }
}

/// Compares the clocks as they are, before a demonstration moves ours.
async fn clock(office: &Office) -> Result<String, String> {
    let theirs = database::clock(&office.db).await.map_err(|error| error.to_string())?;
    let apart = (office.now() - theirs).abs();
    if apart <= APART_MAX {
        Ok(format!("{} ms from the database's", apart.whole_milliseconds()))
    } else {
        Err(format!("{} s from the database's", apart.whole_seconds()))
    }
}

async fn gates(office: &Office) -> Result<Vec<Check>, Box<dyn std::error::Error>> {
    let mut tx = office.at_one_moment().await?;
    let gates = trading_day::check_gates(&mut tx).await?;
    let checks = gates.into_iter().map(|gate| {
        let what = serde_json::to_value(gate.gate).unwrap_or_default();
        let what = what.as_str().unwrap_or("gate").replace('_', " ");
        let result = if gate.holds { Ok("holds".to_owned()) } else { Err(gate.finding) };
        Check::new(what, result)
    });
    Ok(checks.collect())
}
