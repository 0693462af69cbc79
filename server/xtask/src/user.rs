//! Under which user a private PostgreSQL runs: it refuses to run as root.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, chown};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::process::{output, succeeds, tied};

/// The owner of a private cluster.
pub enum Owner {
    /// Whoever started this tool.
    Myself { uid: u32 },
    /// Started by root: the system user of Debian's PostgreSQL packages.
    Postgres { uid: u32, gid: u32 },
}

impl Owner {
    pub fn choose() -> Result<Self> {
        let me = fs::metadata("/proc/self").context("cannot read /proc/self")?.uid();
        if me != 0 {
            return Ok(Self::Myself { uid: me });
        }
        let id = |what| -> Result<u32> {
            Ok(output(Command::new("id").args([what, "postgres"]))?.parse()?)
        };
        Ok(Self::Postgres { uid: id("-u")?, gid: id("-g")? })
    }

    pub fn uid(&self) -> u32 {
        match self {
            Self::Myself { uid } | Self::Postgres { uid, .. } => *uid,
        }
    }

    /// A command run as this owner, which receives `signal` when this tool dies.
    pub fn command(&self, signal: &str, program: &Path) -> Command {
        let mut command = match self {
            Self::Myself { .. } => tied(signal, program),
            Self::Postgres { .. } => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
                command.args(["--pdeathsig", signal, "--"]).arg(program);
                command
            }
        };
        // The owner may be unable to read the folder this tool was started in.
        command.current_dir("/");
        command
    }

    /// Whether this owner may enter a folder, with everything above it.
    pub fn may_enter(&self, folder: &Path) -> bool {
        succeeds(self.command("TERM", Path::new("test")).arg("-x").arg(folder))
    }

    /// Makes sure of a folder that belongs to this owner and that only the owner may enter.
    pub fn private_folder(&self, folder: &Path) -> Result<()> {
        let created = fs::DirBuilder::new().mode(0o700).create(folder);
        let look = || fs::symlink_metadata(folder);
        let mut found = look()
            .or_else(|_| created.and_then(|()| look()))
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
        // A root-owned one is new, or from a start that was killed right here.
        if let Self::Postgres { uid, gid } = self
            && found.is_dir()
            && found.uid() == 0
        {
            chown(folder, Some(*uid), Some(*gid))?;
            found = look()?;
        }
        ensure!(
            found.is_dir() && found.uid() == self.uid() && found.mode() & 0o077 == 0,
            "{} must be a folder of user {} that nobody else may enter; remove it and start again",
            folder.display(),
            self.uid()
        );
        Ok(())
    }
}
