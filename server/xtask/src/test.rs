//! `make test`: everything that can be checked, in the order in which it is quickest to fail.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::cluster::{self, Cluster, Purpose};
use crate::process::{read_lines, run, succeeds};
use crate::progress::{Steps, say};
use crate::project::Project;
use crate::{check, setup, site};

pub fn everything(project: &Project) -> Result<()> {
    let mut steps = Steps::new(check::STEPS + 6);
    steps.next("Tools: installing what is missing");
    setup::for_tests(project)?;
    check::style(project, &mut steps)?;
    steps.next("Database: starting a private PostgreSQL for the tests");
    let cluster = Cluster::start(project, Purpose::Test)?;
    steps.next("Building the programs and the tests");
    build(project)?;
    steps.next("Tests: rules, properties, database");
    let mut tally = Tally::default();
    let native = native_tests(project, &cluster, &mut tally)?;
    steps.next("Browser package and stylesheet: building");
    let site = site::build(project, site::Profile::Dev)?;
    steps.next("Tests: in the browser");
    let browser = browser_tests(project, &cluster, &site, &[], &mut tally)?;
    steps.finish();
    for line in &tally.summaries {
        say(line);
    }
    if samples(project).is_none() {
        say("SKIPPED: tests on sample files, because COUNTINGHOUSE_SAMPLES names no folder");
    }
    say(format!("{} passed, {} failed", tally.passed, tally.failed));
    ensure!(native && browser && tally.failed == 0, "there are failed tests");
    Ok(())
}

/// The browser tests alone; `words` go to Playwright.
pub fn browser_only(project: &Project, words: Vec<String>) -> Result<()> {
    let mut steps = Steps::new(5);
    steps.next("Tools: installing what is missing");
    setup::for_tests(project)?;
    steps.next("Database: starting a private PostgreSQL for the tests");
    let cluster = Cluster::start(project, Purpose::Test)?;
    steps.next("Server: building");
    run(&mut project.cargo(["build", "--workspace", "--exclude", "xtask", "--bins"]))?;
    steps.next("Browser package and stylesheet: building");
    let site = site::build(project, site::Profile::Dev)?;
    steps.next("Tests: in the browser");
    let passed = browser_tests(project, &cluster, &site, &words, &mut Tally::default())?;
    steps.finish();
    ensure!(passed, "there are failed tests");
    Ok(())
}

/// One set of features for programs and tests, so that nothing is compiled twice.
fn build(project: &Project) -> Result<()> {
    run(&mut project.cargo(["build", "--workspace", "--exclude", "xtask", "--all-targets"]))
}

fn native_tests(project: &Project, cluster: &Cluster, tally: &mut Tally) -> Result<bool> {
    let whole = ["--workspace", "--exclude", "xtask"];
    let unit = if succeeds(Command::new("cargo").args(["nextest", "--version"])) {
        let mut nextest = project.cargo(["nextest", "run", "--no-fail-fast", "--no-tests=pass"]);
        nextest.args(["--status-level=slow", "--final-status-level=fail"]);
        (Suite::Nextest, nextest)
    } else {
        (Suite::Cargo, project.cargo(["test", "--quiet", "--no-fail-fast", "--all-targets"]))
    };
    let documentation = project.cargo(["test", "--quiet", "--no-fail-fast", "--doc"]);

    let mut passed = true;
    for (suite, mut command) in [unit, (Suite::Cargo, documentation)] {
        command.args(whole).env("DATABASE_URL", cluster.url("postgres"));
        if let Some(samples) = samples(project) {
            command.env("COUNTINGHOUSE_SAMPLES", samples);
        }
        passed &= tally.run(suite, &mut command)?;
    }
    Ok(passed)
}

fn browser_tests(
    project: &Project,
    cluster: &Cluster,
    site: &Path,
    words: &[String],
    tally: &mut Tally,
) -> Result<bool> {
    let mut playwright = playwright(project, cluster, site, Purpose::Test)?;
    playwright.args(words);
    tally.run(Suite::Playwright, &mut playwright)
}

/// Playwright with everything its tests need to start the product.
pub fn playwright(
    project: &Project,
    cluster: &Cluster,
    site: &Path,
    purpose: Purpose,
) -> Result<Command> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(cluster.programs().to_owned()).chain(env::split_paths(&path));
    let mut playwright = project.npm_tool("@playwright/test/cli.js");
    playwright
        .current_dir(project.path("end2end"))
        .arg("test")
        .env("PATH", env::join_paths(folders).context("PATH cannot be extended")?)
        .env("DATABASE_URL", cluster.url("postgres"))
        .env("END2END_SERVER", project.target("debug/countinghouse"))
        .env("END2END_SITE", site)
        .env("END2END_LOGS", cluster::logs(project, purpose));
    if let Some(samples) = samples(project) {
        playwright.env("COUNTINGHOUSE_SAMPLES", samples);
    }
    Ok(playwright)
}

/// The folder of real channel files, when it is there.
fn samples(project: &Project) -> Option<PathBuf> {
    let given = env::var_os("COUNTINGHOUSE_SAMPLES").map(PathBuf::from);
    given.or_else(|| Some(project.path("../shared/samples"))).filter(|folder| folder.is_dir())
}

/// Whose words are read.
#[derive(Clone, Copy)]
enum Suite {
    Nextest,
    Cargo,
    Playwright,
}

/// What the test programs say at their end, counted together.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    summaries: Vec<String>,
}

impl Tally {
    /// Runs a test program, shows and reads what it says, and tells whether all went well.
    fn run(&mut self, suite: Suite, command: &mut Command) -> Result<bool> {
        let before = self.failed;
        let passed = read_lines(command, |line| self.read(suite, line))?;
        if !passed && self.failed == before {
            self.failed += 1;
            self.summaries.push("a test program failed before it could count its tests".to_owned());
        }
        Ok(passed)
    }

    fn read(&mut self, suite: Suite, line: &str) {
        let line = line.trim();
        let counts = match suite {
            // "Summary [   0.520s] 12 tests run: 11 passed, 1 failed, 0 skipped"
            Suite::Nextest if line.starts_with("Summary [") => line.split_once(" run:"),
            // "test result: ok. 3 passed; 0 failed; 0 ignored; ..."
            Suite::Cargo => line.split_once("test result:"),
            // "12 passed (3.4s)", "1 failed", "1 flaky"
            Suite::Playwright if line.starts_with(|first: char| first.is_ascii_digit()) => {
                Some(("", line))
            }
            Suite::Nextest | Suite::Playwright => None,
        };
        let Some((_, counts)) = counts else { return };
        let words: Vec<_> = counts.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
        let mut counted = 0;
        for pair in words.windows(2) {
            let [number, what] = pair else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match *what {
                "passed" => self.passed += number,
                "failed" | "flaky" | "timed" | "did" => self.failed += number,
                _ => continue,
            }
            counted += number;
        }
        if counted > 0 {
            self.summaries.push(line.to_owned());
        }
    }
}
