//! Where things are in this checkout, and how its programs are called.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process::tied;

/// The checkout this tool was built from.
pub struct Project {
    root: PathBuf,
}

impl Project {
    pub fn find() -> Result<Self> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = own.ancestors().nth(2).context("server/xtask has lost its workspace")?;
        Ok(Self { root: root.to_owned() })
    }

    /// A path below the root of the checkout.
    pub fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// A path below cargo's target folder.
    pub fn target(&self, below: &str) -> PathBuf {
        let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        self.root.join(target).join(below)
    }

    /// `cargo`, checking SQL against the `.sqlx` folder and not against a database.
    ///
    /// The variables that `cargo run` set for this tool are taken out again, so that build scripts
    /// see the same world whether cargo is called from here or by hand.
    pub fn cargo<const N: usize>(&self, words: [&str; N]) -> Command {
        let mut cargo = self.command("INT", env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(&*name);
            }
        }
        cargo.env("SQLX_OFFLINE", "true").args(words);
        cargo
    }

    /// A pinned npm tool, by the path of its script below `node_modules`.
    pub fn npm_tool(&self, script: &str) -> Command {
        let mut node = self.command("INT", "node");
        // The stylesheet lies outside the folder of the packages and still imports one of them.
        node.env("NODE_PATH", self.path("end2end/node_modules"));
        node.arg(self.path("end2end/node_modules").join(script));
        node
    }

    /// A program that starts in the root of the checkout.
    pub fn command(&self, signal: &str, program: impl Into<OsString>) -> Command {
        let mut command = tied(signal, PathBuf::from(program.into()));
        command.current_dir(&self.root);
        command
    }
}

/// A short, stable mark of a path, to keep checkouts apart in shared folders (FNV-1a).
pub fn mark(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let hash = bytes
        .iter()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}
