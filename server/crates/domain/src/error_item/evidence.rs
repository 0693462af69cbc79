//! Evidence files of error items (凭证): kept byte by byte with their hash, taken only for what they
//! are, never shown by a browser.

use crate::merchant::named;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// Most bytes of one file.
pub const EVIDENCE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Most files of one item.
pub const EVIDENCE_FILES_MAX: i64 = 20;
/// Longest name that is kept, in characters.
const NAME_MAX: usize = 120;

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A PDF.
    Pdf,
    /// A picture.
    Png,
    /// A photograph.
    Jpeg,
    /// A spreadsheet or document in a zip container.
    Zip,
    /// Plain text.
    Text,
}
named!(EvidenceKind { Pdf = "pdf", Png = "png", Jpeg = "jpeg", Zip = "zip", Text = "text" });

/// Why a file is not taken as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceRefused {
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
    /// It is too large.
    #[error("evidence may have at most 10 MB a file")]
    TooLarge,
    /// The item has enough.
    #[error("an error item keeps at most 20 files of evidence")]
    TooMany,
    /// It is none of the kinds that are kept.
    #[error("evidence is kept as PDF, PNG, JPEG, XLSX, DOCX or plain text: this is none of them")]
    UnknownKind,
}

impl EvidenceKind {
    /// What the bytes are, whatever the name says.
    ///
    /// # Errors
    /// None of the kinds that are kept, or too large.
    pub fn of(bytes: &[u8]) -> Result<Self, EvidenceRefused> {
        if bytes.is_empty() {
            return Err(EvidenceRefused::Empty);
        }
        if bytes.len() > EVIDENCE_BYTES_MAX {
            return Err(EvidenceRefused::TooLarge);
        }
        let begins = |magic: &[u8]| bytes.starts_with(magic);
        if begins(b"%PDF-") {
            Ok(Self::Pdf)
        } else if begins(b"\x89PNG\r\n\x1a\n") {
            Ok(Self::Png)
        } else if begins(b"\xff\xd8\xff") {
            Ok(Self::Jpeg)
        } else if begins(b"PK\x03\x04") {
            Ok(Self::Zip)
        } else if is_text(bytes) {
            Ok(Self::Text)
        } else {
            Err(EvidenceRefused::UnknownKind)
        }
    }
}

/// Text without control characters. Markup and scripts are no evidence.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let begins_as_markup = text.trim_start_matches('\u{feff}').trim_start().starts_with('<');
    !begins_as_markup && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// A name that can be shown and saved: no path, nothing invisible, nothing that turns the reading
/// direction, not too long.
#[must_use]
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| {
        let invisible = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if invisible || "\"<>|:*?;%$`&".contains(c) { '_' } else { c }
    };
    let name: String = last.trim().chars().map(plain).take(NAME_MAX).collect();
    let name = name.trim_start_matches(['.', ' ', '-']).trim_end_matches(['.', ' ']);
    if name.is_empty() { "evidence".to_owned() } else { name.to_owned() }
}

/// A file of evidence, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceFile {
    /// Its id.
    pub id: Uuid,
    /// Its name, made safe.
    pub name: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// Its length in bytes.
    pub length: i64,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Who brought it.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (bytes, kind) in [
            (b"%PDF-1.7 ...".as_slice(), Ok(EvidenceKind::Pdf)),
            (b"\x89PNG\r\n\x1a\n...", Ok(EvidenceKind::Png)),
            (b"\xff\xd8\xff\xe0", Ok(EvidenceKind::Jpeg)),
            (b"PK\x03\x04...", Ok(EvidenceKind::Zip)),
            ("渠道答复：已退款\n".as_bytes(), Ok(EvidenceKind::Text)),
            (b"", Err(EvidenceRefused::Empty)),
            (b"MZ\x90\x00", Err(EvidenceRefused::UnknownKind)),
            (b" <html><script>", Err(EvidenceRefused::UnknownKind)),
            (b"<svg onload=x>", Err(EvidenceRefused::UnknownKind)),
            (b"text\x00with nul", Err(EvidenceRefused::UnknownKind)),
        ] {
            assert_eq!(EvidenceKind::of(bytes), kind, "{bytes:?}");
        }
        let large = vec![b'a'; EVIDENCE_BYTES_MAX + 1];
        assert_eq!(EvidenceKind::of(&large), Err(EvidenceRefused::TooLarge));
    }

    #[test]
    fn hostile_names_become_plain() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\reply.pdf", "reply.pdf"),
            ("..", "evidence"),
            ("", "evidence"),
            ("a\u{202e}fdp.exe", "a_fdp.exe"),
            ("x\"; rm -rf.pdf", "x__ rm -rf.pdf"),
            ("回执.pdf", "回执.pdf"),
            (".htaccess", "htaccess"),
            ("line\nbreak.txt", "line_break.txt"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
        assert_eq!(safe_name(&"長".repeat(500)).chars().count(), 120);
    }
}
