//! `make prepare`: the `.sqlx` folder, which lets the code compile without a database, brought up
//! to date with the SQL in the code. The queries are described by a live database; sqlx's macros
//! write what they learn to `SQLX_OFFLINE_DIR`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cluster::{Cluster, Purpose};
use crate::process::run;
use crate::progress::{Steps, say};
use crate::project::Project;
use crate::setup;

/// The crates that speak SQL; everything after them is compiled again with them.
const SPEAKERS: [&str; 2] = ["server/crates/ledger", "server/crates/backoffice"];

pub fn prepare(project: &Project) -> Result<()> {
    let mut steps = Steps::new(3);
    steps.next("Database: an empty one with today's migrations");
    setup::for_database()?;
    let cluster = Cluster::start(project, Purpose::Test)?;
    cluster.create_database("prepare")?;
    for migration in migrations(project)? {
        cluster.apply("prepare", &migration)?;
    }

    steps.next("Queries: compiling against it");
    let fresh = project.target("sqlx-prepare");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    fs::create_dir_all(&fresh)?;
    for speaker in SPEAKERS {
        run(Command::new("touch").arg(project.path(speaker).join("src/lib.rs")))?;
    }
    let mut cargo = project.cargo(["check", "--workspace", "--exclude", "xtask", "--all-targets"]);
    cargo.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", &fresh);
    run(cargo.env("DATABASE_URL", cluster.url("prepare")))?;

    steps.next("Files: replacing what changed");
    replace(&fresh, &project.path(".sqlx"))?;
    steps.finish();
    Ok(())
}

/// The migrations in their order.
fn migrations(project: &Project) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(project.path("migrations")).context("there are no migrations")?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    Ok(files)
}

fn replace(fresh: &Path, kept: &Path) -> Result<()> {
    fs::create_dir_all(kept)?;
    let (new, old) = (contents(fresh)?, contents(kept)?);
    let stale: Vec<_> = old.keys().filter(|name| !new.contains_key(*name)).collect();
    for name in &stale {
        fs::remove_file(kept.join(name))?;
    }
    let changed: Vec<_> = new.iter().filter(|(name, text)| old.get(*name) != Some(text)).collect();
    for (name, text) in &changed {
        fs::write(kept.join(name), text)?;
    }
    say(format!(
        "      {} queries: {} new or changed, {} no longer in the code",
        new.len(),
        changed.len(),
        stale.len()
    ));
    Ok(())
}

fn contents(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut contents = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().context("a file has a name")?.to_string_lossy().into_owned();
        contents.insert(name, fs::read(&path)?);
    }
    Ok(contents)
}
