//! Typed configuration from the environment. An unknown `COUNTINGHOUSE_*` variable is an error:
//! most likely it is a known one, misspelt.

use backoffice::vault::{KEY_LENGTH, Vault};
use domain::date::BusinessZone;
use figment::Figment;
use figment::providers::{Env, Serialized};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

const PREFIX: &str = "COUNTINGHOUSE_";
/// What a demonstration seals with, whose secrets everybody may know.
const DEMO_KEY: &[u8; KEY_LENGTH] = b"a demonstration keeps no secrets";
/// Where the samples for the tests are. The server does not use it, but may be started beside them.
const FOR_TESTS: &str = "SAMPLES";

/// What the environment may say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The PostgreSQL to work with (`DATABASE_URL`).
    pub database_url: String,
    /// The address the server listens on.
    pub listen: SocketAddr,
    /// The folder with the browser package, the stylesheet and the static files.
    pub site_root: PathBuf,
    /// Where the sandbox channels answer.
    pub sandbox_url: String,
    /// The address the sandbox channels listen on.
    pub sandbox_listen: SocketAddr,
    /// The folder the sandbox channels keep their own books in.
    pub sandbox_store: PathBuf,
    /// Whether this is a demonstration.
    pub demo: bool,
    /// The zone days are counted in, as an offset from UTC.
    pub business_zone: String,
    /// The file with bank holidays and worked weekend days; without it, weekends only.
    pub calendar: Option<PathBuf>,
    /// What is logged, as `tracing` filter directives.
    pub log: String,
    /// Whether cookies travel over HTTPS only; without a word: everywhere but on loopback.
    pub cookie_secure: Option<bool>,
    /// Background jobs that are worked on at the same time.
    pub workers: u16,
    /// The watched folder: files put into `<channel>/<kind>` of it are taken in.
    pub inbox: Option<PathBuf>,
    /// The file with the key payout files are signed with.
    pub payout_file_key: Option<PathBuf>,
    /// What secrets of staff are sealed with: 64 hexadecimal digits.
    pub secret_key: Option<String>,
    /// Whether merchants may be notified over plain HTTP and at addresses of this machine and its
    /// networks: for demonstrations and tests only.
    pub notify_private_addresses: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: String::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            site_root: PathBuf::from("target/site"),
            sandbox_url: "http://127.0.0.1:3100".to_owned(),
            sandbox_listen: SocketAddr::from(([127, 0, 0, 1], 3100)),
            sandbox_store: PathBuf::from("data/sandbox"),
            demo: false,
            business_zone: "+08:00".to_owned(),
            calendar: None,
            log: "info,sqlx=warn".to_owned(),
            cookie_secure: None,
            workers: 4,
            inbox: None,
            payout_file_key: None,
            secret_key: None,
            notify_private_addresses: false,
        }
    }
}

/// Why the program cannot start with this environment.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not one of ours.
    #[error("{PREFIX}{0} is not a setting of this program; known are: {1}")]
    Unknown(String, String),
    /// A value that is not what the setting needs.
    #[error("{0}")]
    Unreadable(#[source] Box<figment::Error>),
    /// No database.
    #[error("DATABASE_URL is not set: it names the PostgreSQL database to work with")]
    NoDatabase,
    /// Not an offset.
    #[error("{PREFIX}BUSINESS_ZONE: {0}")]
    Zone(#[from] domain::date::NotAZone),
    /// Not a key.
    #[error("{PREFIX}SECRET_KEY must be 64 hexadecimal digits, as of openssl rand -hex 32")]
    SecretKey,
    /// Nobody would do the work.
    #[error("{PREFIX}WORKERS must be at least 1")]
    NoWorkers,
}

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// An unknown variable, or a value that cannot be read.
    pub fn from_environment() -> Result<Self, ConfigError> {
        check_names(Env::prefixed(PREFIX).iter().map(|(name, _)| name.to_string()))?;
        let figment = Figment::from(Serialized::defaults(Self::default()))
            .merge(Env::prefixed(PREFIX).ignore(&[FOR_TESTS, "DATABASE_URL"]))
            .merge(Env::raw().only(&["DATABASE_URL"]));
        let config: Self =
            figment.extract().map_err(|error| ConfigError::Unreadable(Box::new(error)))?;
        config.checked()
    }

    fn checked(self) -> Result<Self, ConfigError> {
        self.zone()?;
        self.vault()?;
        if self.workers == 0 {
            return Err(ConfigError::NoWorkers);
        }
        Ok(self)
    }

    /// The zone days are counted in.
    ///
    /// # Errors
    /// It is not an offset.
    pub fn zone(&self) -> Result<BusinessZone, ConfigError> {
        Ok(self.business_zone.parse()?)
    }

    /// What secrets are sealed with. A demonstration without a key of its own has a public one.
    ///
    /// # Errors
    /// The key is not 64 hexadecimal digits.
    pub fn vault(&self) -> Result<Option<Vault>, ConfigError> {
        let mut key = *DEMO_KEY;
        match &self.secret_key {
            Some(text) => {
                hex::decode_to_slice(text.trim(), &mut key).map_err(|_| ConfigError::SecretKey)?;
            }
            None if self.demo => {}
            None => return Ok(None),
        }
        Vault::new(&key).map(Some).map_err(|_| ConfigError::SecretKey)
    }

    /// The database, for commands that need one.
    ///
    /// # Errors
    /// None is named.
    pub fn database_url(&self) -> Result<&str, ConfigError> {
        if self.database_url.is_empty() {
            Err(ConfigError::NoDatabase)
        } else {
            Ok(&self.database_url)
        }
    }

    /// Whether cookies travel over HTTPS only.
    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        self.cookie_secure.unwrap_or_else(|| !self.listen.ip().is_loopback())
    }
}

/// Refuses names that are no settings.
fn check_names(names: impl Iterator<Item = String>) -> Result<(), ConfigError> {
    let known = known();
    for name in names {
        let name = name.to_uppercase();
        if !known.contains(&name) {
            let known = known.iter().map(|name| format!("{PREFIX}{name}"));
            return Err(ConfigError::Unknown(name, known.collect::<Vec<_>>().join(", ")));
        }
    }
    Ok(())
}

fn known() -> Vec<String> {
    let settings = serde_json::to_value(Config::default()).unwrap_or_default();
    let names = settings.as_object().into_iter().flat_map(|settings| settings.keys());
    let ours = names.filter(|name| *name != "database_url").map(|name| name.to_uppercase());
    ours.chain([FOR_TESTS.to_owned()]).collect()
}

/// The configuration as it may be printed: the database without its password.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database_url = redacted(&self.database_url);
        let secret_key = self.secret_key.as_ref().map(|_| "set".to_owned());
        let printed = Self { database_url, secret_key, ..self.clone() };
        let settings = serde_json::to_value(printed).map_err(|_| fmt::Error)?;
        for (name, value) in settings.as_object().into_iter().flatten() {
            let name = name.to_uppercase();
            let prefix = if name == "DATABASE_URL" { "" } else { PREFIX };
            match value {
                serde_json::Value::Null => writeln!(f, "{prefix}{name}=")?,
                serde_json::Value::String(text) => writeln!(f, "{prefix}{name}={text}")?,
                other => writeln!(f, "{prefix}{name}={other}")?,
            }
        }
        Ok(())
    }
}

/// The address of a database without its password, neither before the `@` nor in the query.
fn redacted(url: &str) -> String {
    let (before, query) = url.split_once('?').unwrap_or((url, ""));
    let address = match (before.split_once("://"), before.rsplit_once('@')) {
        (Some((scheme, _)), Some((sign_in, place))) => {
            let user = sign_in.split("://").last().unwrap_or_default();
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{place}")
        }
        _ => before.to_owned(),
    };
    let kept: Vec<_> = query.split('&').filter(|part| part.starts_with("host=")).collect();
    if kept.is_empty() { address } else { format!("{address}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_named() {
        let refused = check_names(["LISTEN".to_owned(), "lisen".to_owned()].into_iter());
        let text = refused.unwrap_err().to_string();
        assert!(text.starts_with("COUNTINGHOUSE_LISEN is not a setting"), "{text}");
        assert!(text.contains("COUNTINGHOUSE_LISTEN"), "{text}");
    }

    #[test]
    fn every_setting_is_known() {
        let known =
            ["LISTEN", "SITE_ROOT", "SANDBOX_URL", "DEMO", "BUSINESS_ZONE", "SANDBOX_LISTEN"]
                .into_iter()
                .chain(["SANDBOX_STORE", "CALENDAR", "LOG", "COOKIE_SECURE", "WORKERS", "SAMPLES"])
                .chain(["NOTIFY_PRIVATE_ADDRESSES"]);
        assert!(check_names(known.map(str::to_owned)).is_ok());
    }

    #[test]
    fn no_password_is_printed() {
        for (url, printed) in [
            ("postgres://me:s3cret@db:5432/x", "postgres://me@db:5432/x"),
            (
                "postgres://me:p@ss@db/x?host=/run/pg&password=s3cret",
                "postgres://me@db/x?host=/run/pg",
            ),
            ("postgres://db/x?password=s3cret", "postgres://db/x"),
            ("", ""),
        ] {
            assert_eq!(redacted(url), printed);
        }
        let config =
            Config { database_url: "postgres://me:s3cret@db/x".to_owned(), ..Config::default() };
        assert!(!config.to_string().contains("s3cret"));
    }

    #[test]
    fn a_secret_key_is_64_hexadecimal_digits_and_is_not_printed() {
        let with = |key: &str| Config { secret_key: Some(key.to_owned()), ..Config::default() };
        let key = "0f".repeat(32);
        assert!(with(&key).vault().unwrap().is_some());
        assert!(!with(&key).to_string().contains(&key));
        for bad in ["", "0f", "xy", &"0f".repeat(33)] {
            assert!(matches!(with(bad).checked(), Err(ConfigError::SecretKey)), "{bad}");
        }
        assert!(Config::default().vault().unwrap().is_none(), "no key, no secrets");
        let demo = Config { demo: true, ..Config::default() };
        assert!(demo.vault().unwrap().is_some());
    }

    #[test]
    fn cookies_are_plain_on_loopback_only() {
        let at = |listen: &str, cookie_secure| Config {
            listen: listen.parse().unwrap(),
            cookie_secure,
            ..Config::default()
        };
        assert!(!at("127.0.0.1:3000", None).secure_cookies());
        assert!(at("0.0.0.0:3000", None).secure_cookies());
        assert!(at("127.0.0.1:3000", Some(true)).secure_cookies());
    }

    #[test]
    fn a_zone_is_an_offset() {
        let config = Config { business_zone: "Asia/Shanghai".to_owned(), ..Config::default() };
        assert!(matches!(config.checked(), Err(ConfigError::Zone(_))));
    }
}
