//! XML of banks as a tree, read defensively: no document type, no entities but the five of XML
//! itself, a limited depth, and one complete document. Namespaces are ignored, since banks differ
//! in them and the versions of a message differ only there.

use super::Sample;
use super::decode::{Decoded, UTF_8};
use super::problems::quote;
use crate::bill::Problem;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

/// Deeper nesting than any bank message has.
const DEPTH_MAX: usize = 48;

/// One element.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Its name without namespace.
    pub name: String,
    /// The line its start tag ends on.
    pub line: u32,
    attributes: Vec<(String, String)>,
    content: String,
    children: Vec<Element>,
}

impl Element {
    /// The text directly inside, without blanks around it.
    pub fn text(&self) -> &str {
        self.content.trim()
    }

    /// An attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }

    /// All children of that name.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element under this path.
    pub fn find(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |element, name| {
            element.children.iter().find(|child| child.name == *name)
        })
    }

    /// The text under this path, when it is there and not blank.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.find(path).map(Element::text).filter(|text| !text.is_empty())
    }
}

/// Whether a file is this message, by its namespace or its element.
pub(super) fn is_message(sample: &Sample<'_>, namespace: &str, element: &str) -> bool {
    let head = sample.head.trim_start();
    let opened = format!("<{element}>");
    head.starts_with('<')
        && (head.contains(&format!("xsd:{namespace}"))
            || head.contains(&opened)
            || head.contains(&format!(":{element}>")))
}

/// Reads a document.
pub(super) fn parse(decoded: &Decoded<'_>) -> Result<Element, Problem> {
    let mut reader = Reader::from_str(&decoded.text);
    let mut tree = Tree { open: Vec::new(), root: None, line: 1, declared: false };
    let mut seen = 0;
    loop {
        let event = reader.read_event();
        let position = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let passed = decoded.text.as_bytes().get(seen..position).unwrap_or_default();
        let breaks = passed.iter().filter(|byte| **byte == b'\n').count();
        tree.line = tree.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        seen = position;
        match event.map_err(|error| tree.wrong(&format!("not well-formed XML: {error}")))? {
            Event::Start(start) => tree.start(&start)?,
            Event::Empty(start) => {
                tree.start(&start)?;
                tree.end()?;
            }
            Event::End(_) => tree.end()?,
            Event::Text(text) => tree.text(&text)?,
            Event::CData(text) => tree.text(&text)?,
            Event::GeneralRef(reference) => {
                let resolved = tree.resolve(&reference)?;
                tree.text(&resolved)?;
            }
            Event::DocType(_) => {
                return Err(tree.wrong("a document type (DOCTYPE) is not allowed"));
            }
            Event::Decl(declaration) => tree.declare(&declaration, decoded.encoding)?,
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof if !tree.declared && decoded.encoding != UTF_8 => {
                return Err(tree.wrong("the file declares no encoding, but is not valid UTF-8"));
            }
            Event::Eof => return tree.finish(),
        }
    }
}

struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    line: u32,
    declared: bool,
}

impl Tree {
    fn wrong(&self, reason: &str) -> Problem {
        Problem::at_line(self.line, reason)
    }

    fn declare(&mut self, declaration: &BytesDecl<'_>, read_in: &str) -> Result<(), Problem> {
        self.declared = true;
        let declared = match declaration.encoding() {
            Some(Ok(encoding)) => encoding.to_ascii_uppercase(),
            Some(Err(error)) => return Err(self.wrong(&format!("not well-formed XML: {error}"))),
            None => UTF_8.to_owned(),
        };
        let fits = match declared.as_str() {
            UTF_8 => read_in == UTF_8,
            "GBK" | "GB2312" | "GB18030" => true,
            _ => return Err(self.wrong("the encoding must be UTF-8, GBK or GB18030")),
        };
        if fits {
            return Ok(());
        }
        Err(self.wrong("the file declares UTF-8, but its bytes are not valid UTF-8"))
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Problem> {
        if self.open.len() >= DEPTH_MAX {
            return Err(self.wrong(&format!("elements are nested deeper than {DEPTH_MAX}")));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.wrong("there is more than one document in the file"));
        }
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let wrong = |error: &dyn std::fmt::Display| {
                self.wrong(&format!("not well-formed XML: {error}"))
            };
            let attribute = attribute.map_err(|error| wrong(&error))?;
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|error| wrong(&error))?;
            let name = attribute.key.local_name().as_ref().to_owned();
            attributes.push((name, value.into_owned()));
        }
        self.open.push(Element {
            name: start.local_name().as_ref().to_owned(),
            line: self.line,
            attributes,
            ..Element::default()
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let closed = self.open.pop().ok_or_else(|| self.wrong("an end tag without its start"))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Problem> {
        match self.open.last_mut() {
            Some(element) => element.content.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(self.wrong("there is text outside of the document")),
        }
        Ok(())
    }

    fn resolve(&self, reference: &BytesRef<'_>) -> Result<String, Problem> {
        let character = reference
            .resolve_char_ref()
            .map_err(|error| self.wrong(&format!("not well-formed XML: {error}")))?;
        if let Some(character) = character {
            return Ok(character.to_string());
        }
        resolve_predefined_entity(reference)
            .map(str::to_owned)
            .ok_or_else(|| self.wrong(&format!("the entity &{}; is not allowed", quote(reference))))
    }

    fn finish(self) -> Result<Element, Problem> {
        if let Some(open) = self.open.last() {
            let name = quote(&open.name);
            let reason = format!("the file ends inside <{name}>: it is incomplete");
            return Err(self.wrong(&reason));
        }
        let line = self.line;
        self.root.ok_or_else(|| Problem::at_line(line, "the file has no XML document"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::decode::decode;
    use proptest::prelude::*;

    fn refused(text: &str) -> String {
        parse(&decode(text.as_bytes()).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn a_tree_is_read_without_regard_to_namespaces() {
        let text =
            "<x:A xmlns:x='urn:x'>\n<x:B Ccy=\"E&amp;R\"> 1 &lt;<![CDATA[ 2]]>&#33; </x:B></x:A>";
        let root = parse(&decode(text.as_bytes()).unwrap()).unwrap();
        let child = root.find(&["B"]).unwrap();
        assert_eq!((child.text(), child.line), ("1 < 2!", 2));
        assert_eq!(child.attribute("Ccy"), Some("E&R"));
    }

    #[test]
    fn tricks_are_refused() {
        let entity = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>";
        assert!(refused(entity).contains("DOCTYPE"));
        assert!(refused("<a>&x;</a>").contains("entity"));
        assert!(refused(&"<a>".repeat(5_000)).contains("nested deeper"));
        assert!(refused("<a><b></a></b>").contains("not well-formed"));
        assert!(refused("<a><b></b>").contains("incomplete"));
        assert!(refused("<a/><b/>").contains("more than one"));
        assert!(refused("<a/>text").contains("outside"));
        assert!(refused("").contains("no XML document"));
        assert!(refused("<?xml version='1.0' encoding='ISO-8859-1'?><a/>").contains("encoding"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_tree_or_a_problem(text in "[<>/a-c&;!\\[\\]\"'= ?x#0-9-]{0,120}") {
            let _ = parse(&decode(text.as_bytes()).unwrap());
        }
    }
}
