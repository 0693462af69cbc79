//! Starting other programs so that none of them outlives this one.
//!
//! Every program runs in a process group of its own and under `setpriv --pdeathsig`: a Ctrl-C in
//! the terminal reaches only this tool, which then stops its children in the right order; and when
//! this tool is killed outright, the kernel stops them.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use crate::progress::say;

const PULSE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(10);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Notes Ctrl-C, TERM and HUP instead of dying from them.
pub fn listen_for_signals() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst))
        .context("cannot listen for Ctrl-C")
}

/// Whether somebody asked this tool to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Waits one moment, or says that somebody asked to stop.
pub fn pause() -> Result<()> {
    ensure!(!interrupted(), "stopped on request");
    thread::sleep(PULSE);
    Ok(())
}

/// A command that receives `signal` when this tool dies.
pub fn tied(signal: &str, program: impl AsRef<Path>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", signal, "--"]).arg(program.as_ref());
    command
}

/// Runs a command to its end, showing what it prints.
pub fn run(command: &mut Command) -> Result<()> {
    let mut child = spawn(command)?;
    let status = wait(&mut child)?;
    ensure!(status.success(), "{} failed ({status})", describe(command));
    Ok(())
}

/// Runs a command to its end in the foreground, for programs that ask for a password.
pub fn run_in_foreground(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", describe(command)))?;
    ensure!(status.success(), "{} failed ({status})", describe(command));
    Ok(())
}

/// Runs a short command and returns what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let result = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", describe(command)))?;
    let complaint = String::from_utf8_lossy(&result.stderr);
    ensure!(
        result.status.success(),
        "{} failed ({}): {}",
        describe(command),
        result.status,
        complaint.trim()
    );
    Ok(String::from_utf8_lossy(&result.stdout).trim().to_owned())
}

/// Runs a short command and says whether it succeeded; its words are dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a command to its end, shows its lines and hands each one to `read`.
/// Says whether the command succeeded.
pub fn read_lines(command: &mut Command, read: impl FnMut(&str) + Send) -> Result<bool> {
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = spawn(command)?;
    // The command holds the writing end; without this the reader would never see the end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut read = read;
    let status = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line);
                say(&line);
                read(&line);
            }
        });
        let status = wait(&mut child);
        let _ = reader.join();
        status
    })?;
    Ok(status.success())
}

fn spawn(command: &mut Command) -> Result<Child> {
    let spawned = command.process_group(0).stdin(Stdio::null()).spawn();
    spawned.with_context(|| format!("cannot start {}", describe(command)))
}

fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            ensure!(!interrupted(), "stopped on request");
            return Ok(status);
        }
        if interrupted() {
            stop(child, "INT")?;
            bail!("stopped on request");
        }
        thread::sleep(PULSE);
    }
}

fn stop(child: &mut Child, signal: &str) -> Result<()> {
    send(child, signal)?;
    let asked = Instant::now();
    while child.try_wait()?.is_none() {
        if asked.elapsed() > PATIENCE {
            send(child, "KILL")?;
            child.wait()?;
        }
        thread::sleep(PULSE);
    }
    Ok(())
}

/// Signals the whole process group of a child. The shell's `kill` is used because the standard
/// library only knows KILL, and the separate program is not on every machine.
fn send(child: &Child, signal: &str) -> Result<()> {
    let mut kill = Command::new("sh");
    kill.args(["-c", "kill -s \"$0\" -- \"-$1\" 2>/dev/null || true", signal]);
    kill.arg(child.id().to_string()).process_group(0);
    ensure!(kill.status()?.success(), "cannot send {signal} to process {}", child.id());
    Ok(())
}

fn describe(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    match words.iter().position(|word| word == "--") {
        Some(end) if words.first().is_some_and(|word| word == "setpriv") => {
            words.get(end + 1..).unwrap_or_default().join(" ")
        }
        _ => words.join(" "),
    }
}

/// A program that runs until it is stopped, with its words in a log file.
pub struct Service {
    name: &'static str,
    child: Child,
    log: PathBuf,
    stop_signal: &'static str,
}

impl Service {
    /// Starts the program. The log of the time before is kept as `NAME.previous.log`.
    pub fn start(
        name: &'static str,
        mut command: Command,
        stop_signal: &'static str,
        logs: &Path,
    ) -> Result<Self> {
        fs::create_dir_all(logs)?;
        let log = logs.join(format!("{name}.log"));
        if log.exists() {
            fs::rename(&log, logs.join(format!("{name}.previous.log")))?;
        }
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdout(file.try_clone()?).stderr(file);
        let child = spawn(&mut command)?;
        Ok(Self { name, child, log, stop_signal })
    }

    /// Fails, with the end of its log, when the program is no longer running.
    pub fn ensure_running(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait()? else { return Ok(()) };
        Err(anyhow!("{} ended by itself ({status}). {}", self.name, self.last_words()))
    }

    /// The end of the log, for messages about what went wrong.
    pub fn last_words(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(30)..).unwrap_or_default();
        format!("The end of {}:\n{}", self.log.display(), tail.join("\n"))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Err(error) = stop(&mut self.child, self.stop_signal) {
            say(format!("could not stop {}: {error:#}", self.name));
        }
    }
}
