//! The watched folder: files put into `<channel>/<kind>/` of it are taken in once they stand still,
//! and then moved to `done/` or `refused/` beside them. A stop at any moment loses nothing: what was
//! not moved is looked at again, and bytes that were taken in before are only moved.

use anyhow::Context;
use backoffice::office::Office;
use backoffice::reconciliation::arrivals::{self, Receiving};
use domain::arrival::{ArrivalState, Given};
use domain::source_file::FileKind;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::fs::{self, DirEntry, File};
use tokio::io::AsyncReadExt;
use tokio::sync::watch;

/// How often the folder is looked at. A file that is the same twice in a row stands still.
const PAUSE: Duration = Duration::from_secs(3);
/// Bytes read at a time.
const PART: usize = 1 << 20;
/// Where files go that were taken in.
const DONE: &str = "done";
/// Where files go that could not be read.
const REFUSED: &str = "refused";

/// Length and time of the last change.
type Stand = (u64, SystemTime);

/// Watches the folder until the server stops.
pub async fn watch(office: Office, folder: PathBuf, mut stop: watch::Receiver<bool>) {
    let mut seen = HashMap::new();
    while !*stop.borrow() {
        if let Err(error) = look(&office, &folder, &mut seen).await {
            tracing::error!(error = format!("{error:#}"), "the watched folder cannot be read");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Looks at the folder once: takes in what stands still since the last look.
///
/// # Errors
/// The folder cannot be read.
pub async fn look(
    office: &Office,
    folder: &Path,
    seen: &mut HashMap<PathBuf, Stand>,
) -> anyhow::Result<()> {
    arrivals::tidy(office).await?;
    let mut now = HashMap::new();
    for channel in entries(folder).await? {
        for kind in entries(&channel.path()).await? {
            let named = kind.file_name().to_string_lossy().into_owned();
            let Some(kind_of) = FileKind::named(&named) else { continue };
            let code = channel.file_name().to_string_lossy().into_owned();
            let given = Given {
                kind: kind_of,
                channel: kind_of.of_channel().then_some(code),
                merchant: None,
                day: None,
                member: None,
                format: None,
                no_trades: false,
            };
            for file in entries(&kind.path()).await? {
                let about = file.metadata().await?;
                let hidden = file.file_name().to_string_lossy().starts_with('.');
                if !about.is_file() || hidden {
                    continue;
                }
                let stand = (about.len(), about.modified()?);
                if seen.get(&file.path()) == Some(&stand) {
                    if let Err(error) = take(office, &file, &given).await {
                        let error = format!("{error:#}");
                        tracing::error!(file = %file.path().display(), error, "not taken in");
                    }
                } else {
                    now.insert(file.path(), stand);
                }
            }
        }
    }
    *seen = now;
    Ok(())
}

async fn entries(folder: &Path) -> anyhow::Result<Vec<DirEntry>> {
    let mut listed = Vec::new();
    if !fs::metadata(folder).await?.is_dir() {
        return Ok(listed);
    }
    let mut entries = fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        listed.push(entry);
    }
    listed.sort_by_key(DirEntry::file_name);
    Ok(listed)
}

async fn take(office: &Office, file: &DirEntry, given: &Given) -> anyhow::Result<()> {
    let (path, name) = (file.path(), file.file_name().to_string_lossy().into_owned());
    let mut hash = Sha256::new();
    let mut parts = Parts::of(&path).await?;
    while let Some(part) = parts.next().await? {
        hash.update(part);
    }
    let state = match arrivals::known_from_folder(office, &hex::encode(hash.finalize())).await? {
        Some(state) => state,
        None => {
            let mut receiving = Receiving::from_folder(office, &name, given.clone()).await?;
            let mut parts = Parts::of(&path).await?;
            while let Some(part) = parts.next().await? {
                receiving.take(office, part).await?;
            }
            receiving.settle(office).await?
        }
    };
    let place = if state == ArrivalState::Unreadable { REFUSED } else { DONE };
    let folder = path.parent().context("the file stands nowhere")?.join(place);
    fs::create_dir_all(&folder).await?;
    fs::rename(&path, free(&folder, &name).await?).await?;
    tracing::info!(file = name, state = state.name(), "taken in from the watched folder");
    Ok(())
}

/// A file's bytes, part by part.
struct Parts {
    file: File,
    part: Vec<u8>,
}

impl Parts {
    async fn of(path: &Path) -> std::io::Result<Self> {
        Ok(Self { file: File::open(path).await?, part: vec![0; PART] })
    }

    /// The next part; nothing at the end.
    async fn next(&mut self) -> std::io::Result<Option<&[u8]>> {
        let read = self.file.read(&mut self.part).await?;
        Ok(self.part.get(..read).filter(|part| !part.is_empty()))
    }
}

/// A name in the folder that no other file has.
async fn free(folder: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let mut place = folder.join(name);
    let mut count = 1_u32;
    while fs::try_exists(&place).await? {
        count += 1;
        place = folder.join(format!("{count}-{name}"));
    }
    Ok(place)
}
