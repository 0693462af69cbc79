//! The build tool of Countinghouse: `make` calls it, and so may you (`cargo xtask help`).
//!
//! It builds the browser package and the stylesheet, runs a private PostgreSQL, and starts, tests
//! and weighs the product. It replaces no tool that has to be installed by hand.

mod bench;
mod check;
mod cluster;
mod faults;
mod prepare;
mod process;
mod progress;
mod project;
mod run;
mod setup;
mod site;
mod test;
mod user;

use std::process::ExitCode;

use anyhow::{Result, bail};

use project::Project;

const HELP: &str = "\
cargo xtask run           install what is missing, build, start everything
cargo xtask test          every check and test
cargo xtask browser ...   only the browser tests; further words go to playwright
cargo xtask faults ...    what breaks, and what holds; further words go to playwright
cargo xtask check         format, lints, dependency policy
cargo xtask prepare       bring .sqlx up to date with the SQL in the code
cargo xtask bench ...     weights and measurements; fill, ledger, path or search: only that
cargo xtask site          build the browser package and the stylesheet for development
cargo xtask clean-data    delete the private database and everything else under data/";

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if process::interrupted() => {
            progress::say("\nStopped.");
            ExitCode::from(130)
        }
        Err(error) => {
            progress::say(format!("\nerror: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<()> {
    process::listen_for_signals()?;
    let project = Project::find()?;
    let mut words = std::env::args().skip(1);
    match words.next().as_deref() {
        Some("run") => run::run(&project),
        Some("test") => test::everything(&project),
        Some("browser") => test::browser_only(&project, words.collect()),
        Some("faults") => faults::faults(&project, words.collect()),
        Some("check") => check::check(&project),
        Some("prepare") => prepare::prepare(&project),
        Some("bench") => bench::bench(&project, words.next()),
        Some("site") => {
            setup::for_site(&project)?;
            site::build(&project, site::Profile::Dev).map(|_| ())
        }
        Some("clean-data") => run::clean_data(&project),
        None | Some("help") => {
            progress::say(HELP);
            Ok(())
        }
        Some(other) => bail!("unknown command {other}\n{HELP}"),
    }
}
