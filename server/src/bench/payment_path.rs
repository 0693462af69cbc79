//! The whole payment path: from a merchant's request over the API to the booked payment, with the
//! simulated channels answering at once, each in a process of its own.

use super::load::{Caller, Measured, run};
use super::place;
use super::report::{Report, per_second, ratio, times};
use anyhow::{Context as _, ensure};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

const CALLERS: u32 = 32;
/// The merchant of the demonstration who collects.
const MERCHANT: &str = "M100006";
/// How long a process may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// The product in processes of its own, on a database beside the one that is measured.
struct House {
    url: String,
    bearer: String,
    server: Child,
    _sandbox: Child,
}

/// Measures payments a second, and the memory of the server under them. `postings` is what the
/// ledger booked a second in the same run.
///
/// # Errors
/// A process does not start, or a payment was not booked.
pub async fn measure(
    database_url: &str,
    (limit, postings): (Duration, u64),
    report: &mut Report,
) -> anyhow::Result<()> {
    // The channels' own books lie in memory where that can be: their disk is not measured.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = folder.join(format!("countinghouse-bench-{}", std::process::id()));
    let mut house = House::open(database_url, &folder).await?;
    let client = banks::client().build()?;
    let callers = |round: u32| {
        let (client, house) = (&client, &house);
        (0..CALLERS).map(move |number| Merchant {
            client: client.clone(),
            payments: format!("{}/api/v1/payments", house.url),
            bearer: house.bearer.clone(),
            prefix: format!("B{round}-{number}"),
            count: 0,
        })
    };
    run(callers(0).collect(), Duration::from_secs(2)).await?;
    let measured: Measured = run(callers(1).collect(), limit).await?;
    let peak = peak_kb(&house.server)?;
    house.server.start_kill()?;
    std::fs::remove_dir_all(&folder)?;
    let megabytes = peak / 1024;
    report.table(&["", "payments a second", "p99", "of our postings a second"]);
    let share = ratio(measured.rate, postings);
    report.row(&[
        "API to booked, 32 callers",
        &per_second(measured.rate),
        &times(measured.p99),
        &super::report::decimal(share),
    ]);
    report.line(&format!("\nPeak memory of the server under this load: {megabytes} MB."));
    report.ratio("payment_path.32.vs_ledger", share);
    report.ratio("server.peak_mb", megabytes.saturating_mul(1_000));
    Ok(())
}

impl House {
    async fn open(database_url: &str, folder: &Path) -> anyhow::Result<Self> {
        let database_url = place::empty(database_url, "payment_path").await?;
        let program = std::env::current_exe()?;
        let (port, sandbox_port) = (free_port()?, free_port()?);
        let settings = [
            ("DATABASE_URL", database_url),
            ("COUNTINGHOUSE_DEMO", "true".to_owned()),
            ("COUNTINGHOUSE_LOG", "error".to_owned()),
            ("COUNTINGHOUSE_WORKERS", "16".to_owned()),
            ("COUNTINGHOUSE_LISTEN", format!("127.0.0.1:{port}")),
            ("COUNTINGHOUSE_SANDBOX_LISTEN", format!("127.0.0.1:{sandbox_port}")),
            ("COUNTINGHOUSE_SANDBOX_URL", format!("http://127.0.0.1:{sandbox_port}")),
            ("COUNTINGHOUSE_SANDBOX_STORE", folder.join("sandbox").display().to_string()),
        ];
        let command = |word: &str| command(&program, word, &settings);
        finish(command("migrate")).await?;
        let sandbox = command("sandbox").spawn()?;
        answers(&format!("http://127.0.0.1:{sandbox_port}/healthz")).await?;
        finish(command("demo")).await?;
        let callbacks = format!("http://127.0.0.1:{sandbox_port}/control/callbacks");
        banks::client().build()?.delete(callbacks).send().await?.error_for_status()?;
        let mut key = command("api-key");
        key.arg(MERCHANT);
        let bearer = finish(key).await?;
        let server = command("serve").spawn()?;
        let url = format!("http://127.0.0.1:{port}");
        answers(&format!("{url}/healthz")).await?;
        Ok(Self { url, bearer, server, _sandbox: sandbox })
    }
}

fn command(program: &PathBuf, word: &str, settings: &[(&str, String)]) -> Command {
    let mut command = Command::new(program);
    command.arg(word).stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    command.stdout(Stdio::null());
    command.envs(settings.iter().map(|(name, value)| (*name, value.as_str())));
    command
}

/// Runs a command to its end and gives what it printed.
async fn finish(mut command: Command) -> anyhow::Result<String> {
    let output = command.stdout(Stdio::piped()).output().await?;
    ensure!(output.status.success(), "a step before the measurement failed: {}", output.status);
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

async fn answers(url: &str) -> anyhow::Result<()> {
    let (client, began) = (banks::client().build()?, Instant::now());
    while began.elapsed() < PATIENCE {
        if client.get(url).send().await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("{url} does not answer")
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The most memory a process ever held, in kB.
fn peak_kb(process: &Child) -> anyhow::Result<u64> {
    let pid = process.id().context("the server ended during the measurement")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.context("the kernel tells no peak of memory")?.parse()?)
}

/// A merchant's system that asks for one payment after the other.
struct Merchant {
    client: Client,
    payments: String,
    bearer: String,
    prefix: String,
    count: u64,
}

impl Caller for Merchant {
    async fn call(&mut self) -> anyhow::Result<u64> {
        self.count = self.count.saturating_add(1);
        let number = format!("{}-{}", self.prefix, self.count);
        let body = json!({
            "merchant_order_no": number,
            "product": "wechat_pay",
            "amount": "1.23",
            "currency": "CNY",
            "subject": number,
        });
        let request = self.client.post(&self.payments).bearer_auth(&self.bearer);
        let answer = request.header("idempotency-key", &number).json(&body).send().await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        // 202: not booked yet when the answer was given; it does not count.
        ensure!(matches!(status, StatusCode::CREATED | StatusCode::ACCEPTED), "{status}: {body}");
        Ok(u64::from(body.get("status").and_then(Value::as_str) == Some("succeeded")))
    }
}
