//! The command line.

use crate::config::Config;
use crate::demo::sign_ins;
use crate::router::{Site, router};
use crate::{database, telemetry, worker};
use anyhow::{Context, bail, ensure};
use backoffice::access::{self, NewStaff};
use backoffice::office::{Clock, Office, Settings};
use banks::front::Fronts;
use clap::{Args, Parser, Subcommand};
use domain::access::Role;
use domain::calendar::Calendar;
use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

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
    Demo(Demo),
    /// Add a member of staff; the password is read from the standard input.
    AddStaff(AddStaff),
}

#[derive(Debug, Args)]
struct Demo {
    /// Only show with which logins one can sign in.
    #[arg(long)]
    sign_ins: bool,
}

#[derive(Debug, Args)]
struct AddStaff {
    /// What the person signs in with.
    login: String,
    /// The name others see.
    name: String,
    /// A role; may be given several times.
    #[arg(long = "role", required = true)]
    roles: Vec<Role>,
}

/// Runs the command and says what went wrong.
#[must_use]
pub fn main(cli: Cli) -> ExitCode {
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "countinghouse: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    telemetry::start(&config.log)?;
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    runtime.block_on(async {
        match command {
            Command::Serve => serve(config).await,
            Command::Migrate => migrate(&config).await,
            Command::Demo(demo) => load_demo(&config, &demo).await,
            Command::AddStaff(new) => add_staff(&config, &new).await,
        }
    })
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    database::migrate(config.database_url()?).await.context("the tables are not up to date")
}

/// The office of this process, working for no request yet.
async fn office(config: &Config) -> anyhow::Result<Office> {
    let url = config.database_url()?;
    let db = database::pool(url).await.context("the database cannot be used")?;
    let zone = config.zone()?;
    let settings = Settings { zone, calendar: Calendar::default(), demo: config.demo };
    Ok(Office {
        db,
        clock: Clock::system(),
        fronts: Arc::new(Fronts::default()),
        settings: Arc::new(settings),
        request_id: "command-line".to_owned(),
    })
}

async fn serve(config: Config) -> anyhow::Result<()> {
    tracing::info!(version = env!("CARGO_PKG_VERSION"), configuration = %config, "starting");
    let office = office(&config).await?;
    let site = Site::new(office.clone(), config.secure_cookies(), &config.site_root);
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let (stopping, stop) = watch::channel(false);
    let mut workers = worker::start(&office, config.workers, &stop);
    tracing::info!(address = %config.listen, "serving");
    let mut stopped = stop.clone();
    tokio::spawn(async move {
        signalled().await;
        tracing::info!("stopping");
        let _ = stopping.send(true);
    });
    let routes = router(&site, axum::Router::new());
    let serving = axum::serve(listener, routes).with_graceful_shutdown(async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    });
    serving.await.context("serving ended")?;
    let rest = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(PATIENCE, rest).await.is_err() {
        tracing::warn!("workers were left at their jobs; the jobs are taken up again");
    }
    office.db.close().await;
    Ok(())
}

/// How long the workers may take to finish what they are at.
const PATIENCE: Duration = Duration::from_secs(10);

/// Ctrl-C, or the signal that service managers send.
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

async fn load_demo(config: &Config, demo: &Demo) -> anyhow::Result<()> {
    ensure!(
        config.demo,
        "this is no demonstration: its sign-ins are public. Set COUNTINGHOUSE_DEMO=true if it is one"
    );
    if !demo.sign_ins {
        let office = office(config).await?;
        sign_ins::add(&office).await?;
    }
    write!(std::io::stdout(), "{}", sign_ins::list())?;
    Ok(())
}

async fn add_staff(config: &Config, new: &AddStaff) -> anyhow::Result<()> {
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("no password came on the standard input");
    }
    let office = office(config).await?;
    let person = NewStaff { login: &new.login, name: &new.name, password, roles: &new.roles };
    let id = access::add_staff(&office, &person).await?;
    writeln!(std::io::stdout(), "{} is staff {id}", new.login)?;
    Ok(())
}
