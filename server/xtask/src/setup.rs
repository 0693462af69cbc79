//! Installing what a fresh Debian machine lacks. What is there already is left alone and costs
//! no time.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::cluster;
use crate::process::{output, run, run_in_foreground, succeeds};
use crate::progress::say;
use crate::project::Project;

const WASM: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: u32 = 20;

/// A Debian package, and whether what we need from it is there already.
struct Package {
    name: &'static str,
    present: bool,
}

/// For starting the product; without `database`, PostgreSQL is somebody else's.
pub fn for_run(project: &Project, database: bool) -> Result<()> {
    let mut packages = node_packages();
    if database {
        packages.push(postgresql());
    }
    install(&packages)?;
    ensure_wasm_target()?;
    install_npm_packages(project)
}

/// For building the browser package and the stylesheet.
pub fn for_site(project: &Project) -> Result<()> {
    for_run(project, false)
}

/// For everything: the database, and a browser that can write Chinese.
pub fn for_tests(project: &Project) -> Result<()> {
    let mut packages = node_packages();
    packages.push(postgresql());
    packages.push(Package { name: "chromium", present: Path::new("/usr/bin/chromium").exists() });
    let fonts = Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc");
    packages.push(Package { name: "fonts-noto-cjk", present: fonts.exists() });
    install(&packages)?;
    ensure_wasm_target()?;
    install_npm_packages(project)
}

/// For the database alone.
pub fn for_database() -> Result<()> {
    install(&[postgresql()])
}

fn node_packages() -> Vec<Package> {
    let answers = |program| succeeds(Command::new(program).arg("--version"));
    vec![
        Package { name: "nodejs", present: answers("node") },
        Package { name: "npm", present: answers("npm") },
    ]
}

fn postgresql() -> Package {
    Package { name: "postgresql", present: !cluster::installed_versions().is_empty() }
}

fn install(packages: &[Package]) -> Result<()> {
    let missing: Vec<_> =
        packages.iter().filter(|package| !package.present).map(|package| package.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say(format!("      installing Debian packages: {}", missing.join(" ")));
    if missing.contains(&"postgresql") {
        // Only the programs are needed; Debian would start a server of its own as well.
        let folder = "/etc/postgresql-common/createcluster.d";
        as_root(&["mkdir", "-p", folder])?;
        let write = format!(
            "test -e {folder}/countinghouse.conf || \
             echo 'create_main_cluster = false' > {folder}/countinghouse.conf"
        );
        as_root(&["sh", "-c", &write])?;
    }
    let environment = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    as_root(&[&environment[..], &["update", "-qq"]].concat())?;
    let install = ["install", "-qq", "-y", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends"];
    as_root(&[&environment[..], &install, &missing].concat())
}

fn as_root(words: &[&str]) -> Result<()> {
    let root = output(Command::new("id").arg("-u"))? == "0";
    if !root {
        ensure!(
            succeeds(Command::new("sudo").arg("--version")),
            "this needs root and there is no sudo; run it as root: {}",
            words.join(" ")
        );
        return run_in_foreground(Command::new("sudo").args(words));
    }
    let (program, arguments) = words.split_first().context("nothing to run")?;
    run(Command::new(program).args(arguments))
}

fn ensure_wasm_target() -> Result<()> {
    let folder =
        output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    if Path::new(&folder).exists() {
        return Ok(());
    }
    say(format!("      adding the Rust target {WASM}"));
    run(Command::new("rustup").args(["target", "add", WASM]))
        .with_context(|| format!("the Rust target {WASM} is missing and rustup cannot add it"))
}

/// `npm ci`, unless the lock file is the one that was installed last.
fn install_npm_packages(project: &Project) -> Result<()> {
    let version = output(Command::new("node").arg("--version"))?;
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    let major: u32 = major.parse().with_context(|| format!("odd version of node: {version}"))?;
    ensure!(
        major >= OLDEST_NODE,
        "Node.js {OLDEST_NODE} or newer is needed, this is {version}; \
         Debian 13 and newer have it, for Debian 12 see nodejs.org"
    );
    let lock = fs::read(project.path("end2end/package-lock.json"))?;
    let stamp = project.path("end2end/node_modules/.installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    say("      installing the pinned npm packages");
    let mut npm = project.command("INT", "npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(project.path("end2end"));
    run(npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    fs::write(stamp, lock)?;
    Ok(())
}
