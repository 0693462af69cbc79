//! `make bench`: what the first page weighs, and the measurements of the product itself.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cluster::{Cluster, Purpose};
use crate::process::{output, run};
use crate::progress::{Steps, say};
use crate::project::Project;
use crate::{run as product, setup, site};

const PARTS: [&str; 3] = ["countinghouse_bg.wasm", "countinghouse.js", "countinghouse.css"];

/// Bytes of the whole first page's package, compressed.
const BUDGET: u64 = 350_000;

/// Prints the size of a file under brotli, as strong as it goes.
const BROTLI: &str = "\
const { brotliCompressSync, constants } = require('node:zlib');
const file = require('node:fs').readFileSync(process.argv[1]);
const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
console.log(brotliCompressSync(file, { params }).length);";

/// Everything; or, with a word, only that part: `fill` makes the big databases ready, which may
/// happen on a busy machine, `ledger`, `path` and `search` measure.
pub fn bench(project: &Project, part: Option<String>) -> Result<()> {
    if let Some(part) = part {
        let mut steps = Steps::new(3);
        steps.next("Tools: installing what is missing");
        setup::for_run(project, true)?;
        steps.next("Building as for production");
        let server = product::build_server(project)?;
        steps.next("Measurements of the product");
        measure(project, &server, &["--part", &part])?;
        steps.finish();
        return Ok(());
    }
    let mut steps = Steps::new(4);
    steps.next("Tools: installing what is missing");
    setup::for_run(project, true)?;
    steps.next("Building as for production");
    let server = product::build_server(project)?;
    let site = site::build(project, site::Profile::Release)?;

    steps.next("Weight of the first page, brotli, against its budget of 350 kB");
    let mut total = 0;
    for part in PARTS {
        let mut node = Command::new("node");
        let compressed: u64 =
            output(node.args(["-e", BROTLI]).arg(site.join("pkg").join(part)))?.parse()?;
        total += compressed;
        weigh(part, compressed)?;
    }
    weigh("together", total)?;

    steps.next("Measurements of the product");
    measure(project, &server, &[])?;
    steps.finish();
    Ok(())
}

fn measure(project: &Project, server: &Path, words: &[&str]) -> Result<()> {
    say("      results go to docs/bench.json and docs/bench.md");
    let cluster = Cluster::start(project, Purpose::Bench)?;
    cluster.ensure_database("bench")?;
    let mut bench = project.command("TERM", server);
    bench.args(["bench", "--docs"]).arg(project.path("docs")).args(words);
    run(bench.env("DATABASE_URL", cluster.url("bench")))
}

fn weigh(part: &str, bytes: u64) -> Result<()> {
    let share = bytes.checked_mul(1000).context("a file this large has no ratio")? / BUDGET;
    let ratio = format!("{}.{:03}", share / 1000, share % 1000);
    say(format!("      {part:<24} {bytes:>9} bytes   ratio {ratio}"));
    Ok(())
}
