//! Indented XML, element by element.

use super::WriteError;
use quick_xml::escape::escape;

/// XML that is being written.
#[derive(Default)]
pub(super) struct Xml {
    /// What is written so far.
    pub(super) text: String,
    depth: usize,
}

impl Xml {
    /// A document that begins as every one does.
    pub(super) fn document() -> Self {
        let mut xml = Self::default();
        xml.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        xml
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn open(&mut self, tag: &str) {
        self.line(&format!("<{tag}>"));
        self.depth += 1;
    }

    pub(super) fn close(&mut self, tag: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.line(&format!("</{tag}>"));
    }

    /// An element with text; blanks around the text would not be read back.
    pub(super) fn leaf(&mut self, tag: &'static str, value: &str) -> Result<(), WriteError> {
        if value.chars().any(char::is_control) || value.trim() != value {
            return Err(WriteError::unwritable(tag, value));
        }
        self.line(&format!("<{tag}>{}</{tag}>", escape(value)));
        Ok(())
    }

    /// An element with text inside others, each alone in the one before.
    pub(super) fn nested(
        &mut self,
        around: &[&'static str],
        (tag, value): (&'static str, &str),
    ) -> Result<(), WriteError> {
        for outer in around {
            self.open(outer);
        }
        self.leaf(tag, value)?;
        for outer in around.iter().rev() {
            self.close(outer);
        }
        Ok(())
    }
}
