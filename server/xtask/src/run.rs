//! `make run`: from a checkout to a running back office.

use std::env;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::cluster::{self, Cluster, Purpose};
use crate::process::{self, Service};
use crate::progress::{Steps, say};
use crate::project::Project;
use crate::{setup, site};

const DATABASE: &str = "countinghouse";
const START_LIMIT: Duration = Duration::from_secs(60);
const PORT_LIMIT: Duration = Duration::from_secs(3);

pub fn run(project: &Project) -> Result<()> {
    fs::create_dir_all(project.path("data"))?;
    let _lock = only_one(project)?;
    let addresses = Addresses::from_environment()?;
    addresses.ensure_free()?;
    let given = env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());

    let mut steps = Steps::new(8);
    steps.next("Tools: installing what is missing");
    setup::for_run(project, given.is_none())?;
    steps.next("Server: building (several minutes the first time)");
    let server = build_server(project)?;
    steps.next("Browser package and stylesheet: building (several minutes the first time)");
    let site = site::build(project, site::Profile::Release)?;
    steps.next(match &given {
        Some(_) => "Database: the one that DATABASE_URL names",
        None => "Database: starting the private PostgreSQL",
    });
    let mut cluster = match &given {
        Some(_) => None,
        None => Some(Cluster::start(project, Purpose::Product)?),
    };
    let database = match (&given, &cluster) {
        (Some(url), _) => url.clone(),
        (None, Some(cluster)) => {
            cluster.ensure_database(DATABASE)?;
            cluster.url(DATABASE)
        }
        (None, None) => bail!("there is no database"),
    };
    let product = Product { project, server, site, database, addresses };

    steps.next("Database: bringing the tables up to date");
    process::run(product.command("TERM").arg("migrate"))?;
    steps.next("Sandbox channels: starting");
    let mut sandbox = product.start_sandbox()?;
    steps.next("Demo institution: loading what is not there yet");
    process::run(product.command("TERM").arg("demo"))?;
    steps.next("Server: starting");
    let mut serve = product.start_serve()?;
    steps.finish();

    product.introduce()?;
    while !process::interrupted() {
        serve.ensure_running()?;
        sandbox.ensure_running()?;
        if let Some(cluster) = &mut cluster {
            cluster.ensure_running()?;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    say("\nStopping the server, the sandbox channels and the database ...");
    drop(serve);
    drop(sandbox);
    drop(cluster);
    say("Stopped.");
    Ok(())
}

/// Deletes the data of the product: the private database, the sandbox's store, the logs.
pub fn clean_data(project: &Project) -> Result<()> {
    let data = project.path("data");
    fs::create_dir_all(&data)?;
    let lock = only_one(project)?;
    if !cluster::installed_versions().is_empty() {
        cluster::delete_product_data(project)?;
    }
    fs::remove_dir_all(&data).with_context(|| format!("cannot delete {}", data.display()))?;
    drop(lock);
    say("The data of this checkout is deleted; the next start begins anew.");
    Ok(())
}

/// The server and its command line, as the product is run.
pub fn build_server(project: &Project) -> Result<PathBuf> {
    let words = ["build", "--package", "server", "--bin", "countinghouse", "--release"];
    process::run(&mut project.cargo(words))?;
    Ok(project.target("release/countinghouse"))
}

/// Held for as long as this checkout runs; a killed process loses it by itself.
fn only_one(project: &Project) -> Result<File> {
    let path = project.path("data/run.lock");
    let file = File::create(&path)
        .with_context(|| format!("cannot write {}: whose folder is it?", path.display()))?;
    ensure!(file.try_lock().is_ok(), "this checkout is running already; stop it first (Ctrl-C)");
    Ok(file)
}

/// Where the server and the sandbox channels listen.
struct Addresses {
    server: SocketAddr,
    sandbox: SocketAddr,
}

impl Addresses {
    fn from_environment() -> Result<Self> {
        let address = |name: &str, default: &str| -> Result<SocketAddr> {
            let text = env::var(name).unwrap_or_else(|_| default.to_owned());
            text.parse().with_context(|| format!("{name} must look like {default}, not {text:?}"))
        };
        Ok(Self {
            server: address("COUNTINGHOUSE_LISTEN", "127.0.0.1:3000")?,
            sandbox: address("COUNTINGHOUSE_SANDBOX_LISTEN", "127.0.0.1:3100")?,
        })
    }

    /// Said before anything is built. What was killed a moment ago gets a little time to go.
    fn ensure_free(&self) -> Result<()> {
        let began = Instant::now();
        for (address, variable) in
            [(self.server, "COUNTINGHOUSE_LISTEN"), (self.sandbox, "COUNTINGHOUSE_SANDBOX_LISTEN")]
        {
            while let Err(error) = TcpListener::bind(address) {
                ensure!(
                    began.elapsed() < PORT_LIMIT,
                    "cannot listen on {address}: {error}. Stop the program that uses this port, \
                     or choose another: {variable}={}:PORT make run",
                    address.ip()
                );
                process::pause()?;
            }
        }
        Ok(())
    }
}

/// Everything that the programs of the product must be told.
struct Product<'a> {
    project: &'a Project,
    server: PathBuf,
    site: PathBuf,
    database: String,
    addresses: Addresses,
}

impl Product<'_> {
    fn command(&self, signal: &str) -> Command {
        let mut command = self.project.command(signal, &self.server);
        command
            .env_remove("COUNTINGHOUSE_SAMPLES")
            .env("DATABASE_URL", &self.database)
            .env("COUNTINGHOUSE_LISTEN", self.addresses.server.to_string())
            .env("COUNTINGHOUSE_SITE_ROOT", &self.site)
            .env("COUNTINGHOUSE_SANDBOX_LISTEN", self.addresses.sandbox.to_string());
        let sandbox = format!("http://{}", reachable(self.addresses.sandbox));
        let store = self.project.path("data/sandbox");
        let defaults = [
            ("COUNTINGHOUSE_SANDBOX_URL", Path::new(&sandbox)),
            ("COUNTINGHOUSE_SANDBOX_STORE", &store),
            ("COUNTINGHOUSE_DEMO", Path::new("true")),
        ];
        for (name, value) in defaults {
            if env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        command
    }

    fn start(&self, name: &'static str) -> Result<Service> {
        let mut command = self.command("TERM");
        command.arg(name);
        Service::start(name, command, "TERM", &cluster::logs(self.project, Purpose::Product))
    }

    fn start_sandbox(&self) -> Result<Service> {
        let mut sandbox = self.start("sandbox")?;
        let address = reachable(self.addresses.sandbox);
        wait_for(&mut sandbox, || TcpStream::connect(address).is_ok())?;
        Ok(sandbox)
    }

    fn start_serve(&self) -> Result<Service> {
        let mut serve = self.start("serve")?;
        let address = reachable(self.addresses.server);
        wait_for(&mut serve, || healthy(address).unwrap_or(false))?;
        Ok(serve)
    }

    fn introduce(&self) -> Result<()> {
        let url = reachable(self.addresses.server);
        say(format!("\nCountinghouse is running: http://{url}\n"));
        process::run(self.command("TERM").args(["demo", "--sign-ins"]))?;
        let logs = cluster::logs(self.project, Purpose::Product);
        say(format!("\nLogs: {}\nDatabase: {}", logs.display(), redacted(&self.database)));
        say("Stop everything with Ctrl-C.");
        Ok(())
    }
}

fn wait_for(service: &mut Service, ready: impl Fn() -> bool) -> Result<()> {
    let began = Instant::now();
    while !ready() {
        service.ensure_running()?;
        ensure!(began.elapsed() < START_LIMIT, "it does not answer. {}", service.last_words());
        process::pause()?;
    }
    // Somebody else may have answered on the port.
    service.ensure_running()
}

fn healthy(address: SocketAddr) -> Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    Ok(answer.ends_with(b" 200"))
}

/// An address for a caller on this machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        return SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port());
    }
    address
}

/// The address of the database without its password.
fn redacted(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "given".to_owned() };
    let Some((sign_in, place)) = rest.split_once('@') else { return url.to_owned() };
    let user = sign_in.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}@{place}")
}
