//! `make faults`: experiments in which processes die, connections break and banks answer oddly,
//! against a database as durable as the product's. What they found stands in `docs/faults.json`.

use anyhow::Result;

use crate::cluster::{Cluster, Purpose};
use crate::process::run;
use crate::progress::Steps;
use crate::project::Project;
use crate::{setup, site, test};

/// Runs the experiments; `words` go to Playwright, such as the name of one file.
pub fn faults(project: &Project, words: Vec<String>) -> Result<()> {
    let mut steps = Steps::new(5);
    steps.next("Tools: installing what is missing");
    setup::for_tests(project)?;
    steps.next("Database: starting a private, durable PostgreSQL");
    let cluster = Cluster::start(project, Purpose::Bench)?;
    steps.next("Server: building");
    run(&mut project.cargo(["build", "--workspace", "--exclude", "xtask", "--bins"]))?;
    steps.next("Browser package and stylesheet: building");
    let site = site::build(project, site::Profile::Dev)?;
    steps.next("Experiments");
    let mut playwright = test::playwright(project, &cluster, &site, Purpose::Bench)?;
    playwright
        .args(["--config", "faults.config.ts"])
        .args(words)
        .env("FAULTS_REPORT", project.path("docs/faults.json"));
    run(&mut playwright)?;
    steps.finish();
    Ok(())
}
