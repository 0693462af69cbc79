//! Format, lints, types of the browser tests, dependency policy.

use std::process::Command;

use anyhow::Result;

use crate::process::{run, succeeds};
use crate::progress::{Steps, say};
use crate::project::Project;
use crate::setup;

pub const STEPS: u32 = 4;

pub fn check(project: &Project) -> Result<()> {
    let mut steps = Steps::new(STEPS + 2);
    steps.next("Tools: installing what is missing");
    setup::for_site(project)?;
    style(project, &mut steps)?;
    steps.next("Dependencies: licences, sources, who may use what");
    dependencies(project)?;
    steps.finish();
    Ok(())
}

/// What `make check` and `make test` have in common.
pub fn style(project: &Project, steps: &mut Steps) -> Result<()> {
    steps.next("Format");
    run(&mut project.cargo(["fmt", "--all", "--check"]))?;
    steps.next("Lints: the workspace");
    let lints = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "-Dwarnings"];
    run(&mut project.cargo(lints))?;
    steps.next("Lints: the screens, as the browser gets them");
    let mut clippy = project.cargo(["clippy", "--quiet", "--package", "app", "--lib"]);
    clippy.args(["--target", "wasm32-unknown-unknown", "--no-default-features"]);
    run(clippy.args(["--features", "hydrate", "--", "-Dwarnings"]))?;
    steps.next("Types: the browser tests");
    let mut types = project.npm_tool("typescript/bin/tsc");
    run(types.arg("--noEmit").arg("--project").arg(project.path("end2end")))
}

fn dependencies(project: &Project) -> Result<()> {
    if !succeeds(Command::new("cargo").args(["deny", "--version"])) {
        say("      NOT CHECKED: cargo-deny is not installed (cargo install --locked cargo-deny)");
        return Ok(());
    }
    run(&mut project.cargo(["deny", "check"]))
}
