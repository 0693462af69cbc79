//! A private PostgreSQL cluster: it belongs to this checkout, listens on a unix socket only, and
//! ends with this tool.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::process::{self, Service, output, succeeds};
use crate::progress::say;
use crate::project::{Project, mark};
use crate::user::Owner;

const START_LIMIT: Duration = Duration::from_secs(120);

/// What a cluster is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The product's data: kept, durable.
    Product,
    /// Tests: new each time, fast instead of durable.
    Test,
    /// Measurements: kept, since filling it takes long; as durable as the product's.
    Bench,
}

impl Purpose {
    fn folder(self, project: &Project) -> PathBuf {
        match self {
            Self::Product => project.path("data/pg"),
            Self::Test => project.target("test-pg"),
            Self::Bench => project.target("bench-pg"),
        }
    }

    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Product | Self::Bench => &["max_connections=100"],
            Self::Test => &[
                "max_connections=300",
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
            ],
        }
    }
}

/// A running cluster; dropping it stops it.
pub struct Cluster {
    programs: PathBuf,
    socket: PathBuf,
    service: Service,
    _lock: File,
}

impl Cluster {
    /// Starts the cluster and waits until it answers. What an earlier start left behind, however
    /// it ended, is cleared away first.
    pub fn start(project: &Project, purpose: Purpose) -> Result<Self> {
        let owner = Owner::choose()?;
        let data = place(project, purpose, &owner)?;
        let lock = lock(&data.with_extension("lock"))?;
        if purpose == Purpose::Test {
            stop_orphan(&owner, &data)?;
            remove(&data)?;
        }
        let programs = programs(&data)?;
        if data.join("PG_VERSION").exists() {
            stop_orphan(&owner, &data)?;
        } else {
            create(&owner, &programs, &data, purpose)?;
        }
        let socket = socket_folder(&owner, &data)?;
        let mut command = owner.command("INT", &programs.join("postgres"));
        command.arg("-D").arg(&data).arg("-k").arg(&socket);
        let common = [
            "listen_addresses=",
            "unix_socket_permissions=0700",
            "TimeZone=UTC",
            "log_timezone=UTC",
        ];
        for setting in common.iter().chain(purpose.settings()) {
            command.args(["-c", setting]);
        }
        let logs = logs(project, purpose);
        let service = Service::start("postgres", command, "INT", &logs)?;
        let mut cluster = Self { programs, socket, service, _lock: lock };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// How programs reach a database of this cluster.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.socket.display())
    }

    /// The folder of psql and its companions.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// Creates the database unless it exists.
    pub fn ensure_database(&self, name: &str) -> Result<()> {
        let query = format!("select 1 from pg_database where datname = '{name}'");
        if output(self.psql("postgres").args(["-c", &query]))?.is_empty() {
            self.create_database(name)?;
        }
        Ok(())
    }

    pub fn create_database(&self, name: &str) -> Result<()> {
        let create = format!("create database {name}");
        output(self.psql("postgres").args(["-c", &create])).map(|_| ())
    }

    /// Runs the statements of a file in one database; the first error ends it.
    pub fn apply(&self, database: &str, file: &Path) -> Result<()> {
        output(self.psql(database).arg("-f").arg(file))
            .map(|_| ())
            .with_context(|| format!("{} cannot be applied", file.display()))
    }

    /// Fails when the cluster ended by itself.
    pub fn ensure_running(&mut self) -> Result<()> {
        self.service.ensure_running()
    }

    fn psql(&self, database: &str) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.arg("-h").arg(&self.socket).args(["-U", "postgres", "-d", database]);
        psql.args(["--no-psqlrc", "-qtA", "-v", "ON_ERROR_STOP=1"]);
        psql
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let began = Instant::now();
        let mut ask = Command::new(self.programs.join("pg_isready"));
        ask.arg("-h").arg(&self.socket).args(["-U", "postgres"]);
        while !succeeds(&mut ask) {
            self.service.ensure_running()?;
            let waited = began.elapsed();
            ensure!(waited < START_LIMIT, "PostgreSQL is not ready. {}", self.service.last_words());
            process::pause()?;
        }
        Ok(())
    }
}

/// Deletes the product's cluster.
pub fn delete_product_data(project: &Project) -> Result<()> {
    let owner = Owner::choose()?;
    let data = place(project, Purpose::Product, &owner)?;
    let _lock = lock(&data.with_extension("lock"))?;
    stop_orphan(&owner, &data)?;
    remove(&data)
}

/// Where the words of a cluster and of the programs beside it go.
pub fn logs(project: &Project, purpose: Purpose) -> PathBuf {
    match purpose {
        Purpose::Product => project.path("data/log"),
        Purpose::Test => project.target("test-log"),
        Purpose::Bench => project.target("bench-log"),
    }
}

/// The data folder: in the checkout, or under /var/lib when the owner cannot get there.
fn place(project: &Project, purpose: Purpose, owner: &Owner) -> Result<PathBuf> {
    let wanted = purpose.folder(project);
    let parent = wanted.parent().context("a data folder has a parent")?;
    fs::create_dir_all(parent)?;
    if owner.may_enter(parent) {
        return Ok(wanted);
    }
    let name = wanted.file_name().context("a data folder has a name")?;
    let elsewhere = Path::new("/var/lib/countinghouse").join(mark(&wanted));
    fs::create_dir_all(&elsewhere)?;
    ensure!(owner.may_enter(&elsewhere), "PostgreSQL may not enter {}", elsewhere.display());
    let chosen = elsewhere.join(name);
    say(format!(
        "      user postgres may not enter {}: the database is kept in {}",
        parent.display(),
        chosen.display()
    ));
    Ok(chosen)
}

/// Held while a cluster runs; a killed process loses it by itself.
fn lock(path: &Path) -> Result<File> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another command is using the database guarded by {}; stop it", path.display())
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The programs of the version that made the data folder, or the newest installed.
fn programs(data: &Path) -> Result<PathBuf> {
    let wanted = fs::read_to_string(data.join("PG_VERSION")).ok();
    let wanted = wanted.map(|text| text.trim().parse::<u32>()).transpose()?;
    let installed = installed_versions();
    let version = match wanted {
        None => installed.last().copied().context("no PostgreSQL under /usr/lib/postgresql")?,
        Some(version) if installed.contains(&version) => version,
        Some(version) => bail!(
            "{} was made by PostgreSQL {version}, which is not installed \
             (apt-get install postgresql-{version}, or make clean-data to start anew)",
            data.display()
        ),
    };
    Ok(Path::new("/usr/lib/postgresql").join(version.to_string()).join("bin"))
}

/// The major versions whose server is installed, oldest first.
pub fn installed_versions() -> Vec<u32> {
    let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<u32> = entries
        .filter(|entry| entry.path().join("bin/postgres").exists())
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    versions
}

/// Makes a new data folder. It gets its name only when it is complete.
fn create(owner: &Owner, programs: &Path, data: &Path, purpose: Purpose) -> Result<()> {
    let unfinished = data.with_extension("unfinished");
    remove(&unfinished)?;
    remove(data)?;
    owner.private_folder(&unfinished)?;
    let mut initdb = owner.command("INT", &programs.join("initdb"));
    initdb.arg("-D").arg(&unfinished).args(["--username=postgres", "--encoding=UTF8"]);
    initdb.args(["--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]);
    if purpose == Purpose::Test {
        initdb.arg("--no-sync");
    }
    output(&mut initdb)?;
    fs::rename(&unfinished, data)?;
    Ok(())
}

/// Stops a server that still runs on this data folder although the tool that started it is gone.
fn stop_orphan(owner: &Owner, data: &Path) -> Result<()> {
    let Ok(text) = fs::read_to_string(data.join("postmaster.pid")) else { return Ok(()) };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else {
        return Ok(());
    };
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let mut words = command_line.split(|byte| *byte == 0);
    if !words.any(|word| word == data.as_os_str().as_encoded_bytes()) {
        return Ok(());
    }
    say(format!("      stopping the PostgreSQL left over from before (process {pid})"));
    let pg_ctl = programs(data)?.join("pg_ctl");
    let mut stop = owner.command("TERM", &pg_ctl);
    stop.arg("stop").arg("-D").arg(data).args(["--mode=fast", "--wait"]);
    // It may end between the look and the request.
    output(&mut stop).map(|_| ()).or_else(|error| {
        if Path::new("/proc").join(pid.to_string()).exists() { Err(error) } else { Ok(()) }
    })
}

/// A short path, because the path of a socket may have about a hundred bytes.
fn socket_folder(owner: &Owner, data: &Path) -> Result<PathBuf> {
    let name = format!("countinghouse-{}-{}", owner.uid(), mark(data));
    let folder = Path::new("/tmp").join(name);
    owner.private_folder(&folder)?;
    Ok(folder)
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot delete {}", folder.display()))?;
    }
    Ok(())
}
