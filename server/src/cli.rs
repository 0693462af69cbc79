//! The command line.

use crate::bench::{self, Bench};
use crate::commands::{doctor, files, people, serve};
use crate::config::Config;
use crate::{database, sandbox, telemetry};
use anyhow::Context;
use backoffice::office::Clock;
use clap::{Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;

/// The back office of a payment institution.
#[derive(Debug, Parser)]
#[command(name = "countinghouse", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests and do the background work.
    Serve,
    /// Bring the database's tables up to date, as their owner.
    Migrate,
    /// Load the demonstration institution, as far as it is not there yet.
    Demo(people::Demo),
    /// Check configuration, database, migrations, clock and the ledger's invariants.
    Doctor,
    /// Look at a channel's or bank's file; no database is needed.
    #[command(subcommand)]
    Bill(files::Bill),
    /// Import a bill, a statement, a merchant's list or an order book.
    Import(files::Import),
    /// Run a reconciliation of a day and print what it found.
    Reconcile(files::Reconcile),
    /// Answer like the channels and the bank, with books of their own.
    Sandbox,
    /// Say which person is behind an account: accounts of one person never decide for two.
    NamePerson(people::NamePerson),
    /// Add a member of staff; the password is read from the standard input.
    AddStaff(people::AddStaff),
    /// Measure postings on an empty database of their own.
    Bench(Bench),
    /// Make a key for a merchant's system; it is shown this once.
    ApiKey(people::ApiKey),
    /// Agree on a new secret a channel signs its callbacks with; the old one ends.
    ChannelSecret(people::ChannelSecret),
}

/// Runs the command and says what went wrong.
#[must_use]
pub fn main(cli: Cli) -> ExitCode {
    match run(cli.command) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "countinghouse: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    if let Command::Bill(bill) = &command {
        return files::inspect(bill);
    }
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    let config = Config::from_environment();
    if let Command::Doctor = command {
        return runtime.block_on(doctor::doctor(config.map_err(Into::into)));
    }
    let config = config?;
    telemetry::start(&config.log)?;
    runtime.block_on(execute(command, config))?;
    Ok(ExitCode::SUCCESS)
}

async fn execute(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve::serve(config).await,
        Command::Migrate => {
            database::migrate(config.database_url()?).await.context("the tables are not up to date")
        }
        Command::Demo(demo) => people::load_demo(&config, &demo).await,
        Command::Import(import) => files::import(&config, &import).await,
        Command::Reconcile(reconcile) => files::reconcile(&config, &reconcile).await,
        Command::Sandbox => {
            let (listen, store) = (config.sandbox_listen, config.sandbox_store);
            sandbox::run(sandbox::Settings { listen, store }).await
        }
        Command::NamePerson(named) => people::name_person(&config, &named).await,
        Command::AddStaff(new) => people::add_staff(&config, &new).await,
        Command::Bench(what) => {
            bench::bench(config.database_url()?, &what, Clock::system().now()).await
        }
        Command::ApiKey(key) => people::issue_api_key(&config, &key).await,
        Command::ChannelSecret(secret) => people::agree_channel_secret(&config, &secret).await,
        // Both were done before, without an office.
        Command::Bill(_) | Command::Doctor => Ok(()),
    }
}
