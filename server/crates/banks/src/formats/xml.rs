//! XML of banks, read defensively as it flows in: no document type, no entities but the five of XML
//! itself, a limited depth, and one complete document. Namespaces are ignored, since banks differ
//! in them and the versions of a message differ only there.
//!
//! What stands in the document is kept as a tree, except the elements a reader takes out of it as
//! soon as they are complete: their places serve the next ones, so that memory does not grow with
//! the number of entries.

mod text;

use super::Sample;
use super::decode::UTF_8;
use super::problems::quote;
use crate::bill::Problem;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use std::io::Read;
use text::Text;

/// Deeper nesting than any bank message has.
const DEPTH_MAX: usize = 48;

/// Most bytes of what is kept of a document at a time: of all but what is taken out of it.
const KEPT_MAX: usize = 192 << 20;

/// No element.
const NONE: usize = usize::MAX;

/// An element of a document.
#[derive(Clone, Copy)]
pub(super) struct Element<'t> {
    tree: &'t Tree,
    place: usize,
}

/// What is kept of an element. Its place and its memory serve another when it was taken out.
#[derive(Debug, Default)]
struct Node {
    name: String,
    line: u32,
    attributes: Vec<(String, String)>,
    content: String,
    parent: usize,
    first: usize,
    last: usize,
    next: usize,
}

/// A document as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// How many of the nodes hold an element.
    used: usize,
    open: Vec<usize>,
    rooted: bool,
    line: u32,
    kept: usize,
    /// The encoding in the declaration, where there is one.
    declared: Option<String>,
    encoding: &'static str,
}

/// Takes complete elements out of the document; true when it took one.
pub(super) type Taking<'f> = dyn FnMut(Element<'_>) -> bool + 'f;

impl<'t> Element<'t> {
    fn node(self) -> &'t Node {
        &self.tree.nodes[self.place]
    }

    fn at(self, place: usize) -> Option<Self> {
        (place != NONE).then_some(Self { place, ..self })
    }

    /// Its name without namespace.
    pub fn name(self) -> &'t str {
        &self.node().name
    }

    /// The line its start tag ends on.
    pub fn line(self) -> u32 {
        self.node().line
    }

    /// The text directly inside, without blanks around it.
    pub fn text(self) -> &'t str {
        self.node().content.trim()
    }

    /// An attribute.
    pub fn attribute(self, name: &str) -> Option<&'t str> {
        let attributes = &self.node().attributes;
        attributes.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }

    /// The element it stands in; none of the outermost.
    pub fn parent(self) -> Option<Self> {
        self.at(self.node().parent)
    }

    /// Whether it stands under these names, from the outermost to its own.
    pub fn stands_at(self, path: &[&str]) -> bool {
        let mut here = Some(self);
        path.iter().rev().all(|name| {
            let fits = here.is_some_and(|element| element.name() == *name);
            here = here.and_then(Self::parent);
            fits
        }) && here.is_none()
    }

    fn children(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.at(self.node().first), |child| child.at(child.node().next))
    }

    /// All children of that name.
    pub fn all<'n>(self, name: &'n str) -> impl Iterator<Item = Self> + use<'t, 'n> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The first element under this path.
    pub fn find(self, path: &[&str]) -> Option<Self> {
        path.iter()
            .try_fold(self, |element, name| element.children().find(|child| child.name() == *name))
    }

    /// The text under this path, when it is there and not blank.
    pub fn text_at(self, path: &[&str]) -> Option<&'t str> {
        self.find(path).map(Self::text).filter(|text| !text.is_empty())
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

/// Reads a document. Of what is offered when it is complete, `take` says what it takes out.
pub(super) fn read(input: &mut dyn Read, take: &mut Taking<'_>) -> Result<Tree, Problem> {
    let mut reader = Reader::from_reader(Text::new(input));
    let mut tree = Tree { line: 1, encoding: UTF_8, ..Tree::default() };
    let mut raw = Vec::new();
    loop {
        raw.clear();
        reader.get_mut().mark();
        let event = reader.read_event_into(&mut raw);
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                let broken = reader.get_mut().broken();
                return Err(broken.unwrap_or_else(|| tree.malformed(&error)));
            }
        };
        match event {
            Event::Start(start) => {
                tree.pass(&start);
                tree.start(&start)?;
            }
            Event::Empty(start) => {
                tree.pass(&start);
                tree.start(&start)?;
                tree.end(take)?;
            }
            Event::End(end) => {
                tree.pass(&end);
                tree.end(take)?;
            }
            Event::Text(text) => {
                tree.pass(&text);
                tree.text(&text)?;
            }
            Event::CData(text) => {
                tree.pass(&text);
                tree.text(&text)?;
            }
            Event::GeneralRef(reference) => tree.reference(&reference)?,
            Event::DocType(_) => {
                return Err(tree.wrong("a document type (DOCTYPE) is not allowed"));
            }
            Event::Decl(declaration) => {
                tree.pass(&declaration);
                tree.declare(&declaration)?;
            }
            Event::Comment(text) => tree.pass(&text),
            Event::PI(text) => tree.pass(&text),
            Event::Eof => break,
        }
    }
    tree.encoding = reader.get_ref().encoding();
    tree.finish()?;
    Ok(tree)
}

impl Tree {
    /// The outermost element.
    pub fn root(&self) -> Element<'_> {
        Element { tree: self, place: 0 }
    }

    /// The encoding the document was read in.
    pub fn encoding(&self) -> &'static str {
        self.encoding
    }

    fn wrong(&self, reason: &str) -> Problem {
        Problem::at_line(self.line, reason)
    }

    fn malformed(&self, error: &dyn std::fmt::Display) -> Problem {
        self.wrong(&format!("not well-formed XML: {error}"))
    }

    /// Counts the lines of what was read.
    fn pass(&mut self, raw: &str) {
        let breaks = raw.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
    }

    fn declare(&mut self, declaration: &BytesDecl<'_>) -> Result<(), Problem> {
        let declared = match declaration.encoding() {
            Some(Ok(encoding)) => encoding.to_ascii_uppercase(),
            Some(Err(error)) => return Err(self.malformed(&error)),
            None => UTF_8.to_owned(),
        };
        if !matches!(declared.as_str(), UTF_8 | "GBK" | "GB2312" | "GB18030") {
            return Err(self.wrong("the encoding must be UTF-8, GBK or GB18030"));
        }
        self.declared = Some(declared);
        Ok(())
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Problem> {
        if self.open.len() >= DEPTH_MAX {
            return Err(self.wrong(&format!("elements are nested deeper than {DEPTH_MAX}")));
        }
        if self.open.is_empty() && self.rooted {
            return Err(self.wrong("there is more than one document in the file"));
        }
        self.rooted = true;
        if self.used == self.nodes.len() {
            self.nodes.push(Node::default());
        }
        let place = self.used;
        self.used += 1;
        let parent = self.open.last().copied().unwrap_or(NONE);
        self.open.push(place);
        let (line, name) = (self.line, start.local_name());
        let node = &mut self.nodes[place];
        node.name.clear();
        node.name.push_str(name.as_ref());
        node.content.clear();
        node.attributes.clear();
        (node.line, node.parent) = (line, parent);
        (node.first, node.last, node.next) = (NONE, NONE, NONE);
        self.attributes(start, place)?;
        self.keep(size_of::<Node>() + self.nodes[place].name.len())
    }

    fn attributes(&mut self, start: &BytesStart<'_>, place: usize) -> Result<(), Problem> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.malformed(&error))?;
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|error| self.malformed(&error))?;
            let name = attribute.key.local_name().as_ref().to_owned();
            self.keep(name.len() + value.len())?;
            self.nodes[place].attributes.push((name, value.into_owned()));
        }
        Ok(())
    }

    /// What is not taken out must not fill the memory.
    fn keep(&mut self, bytes: usize) -> Result<(), Problem> {
        self.kept = self.kept.saturating_add(bytes);
        if self.kept <= KEPT_MAX {
            return Ok(());
        }
        let reason = format!(
            "more than {} MiB of the document would have to be held at a time: ask for it in parts",
            KEPT_MAX >> 20
        );
        Err(self.wrong(&reason))
    }

    fn end(&mut self, take: &mut Taking<'_>) -> Result<(), Problem> {
        let place = self.open.pop().ok_or_else(|| self.wrong("an end tag without its start"))?;
        let Some(parent) = self.open.last().copied() else { return Ok(()) };
        if take(Element { tree: self, place }) {
            for node in &self.nodes[place..self.used] {
                let attributes: usize =
                    node.attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
                let held = size_of::<Node>() + node.name.len() + node.content.len() + attributes;
                self.kept = self.kept.saturating_sub(held);
            }
            self.used = place;
            return Ok(());
        }
        let last = std::mem::replace(&mut self.nodes[parent].last, place);
        match last {
            NONE => self.nodes[parent].first = place,
            last => self.nodes[last].next = place,
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Problem> {
        match self.open.last() {
            Some(place) => {
                let content = &mut self.nodes[*place].content;
                // Blanks before the first word are none of its text.
                let text = if content.is_empty() { text.trim_start() } else { text };
                content.push_str(text);
                self.keep(text.len())
            }
            None if text.trim().is_empty() => Ok(()),
            None => Err(self.wrong("there is text outside of the document")),
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Problem> {
        let character = reference.resolve_char_ref().map_err(|error| self.malformed(&error))?;
        if let Some(character) = character {
            return self.text(character.encode_utf8(&mut [0; 4]));
        }
        let resolved = resolve_predefined_entity(reference).ok_or_else(|| {
            self.wrong(&format!("the entity &{}; is not allowed", quote(reference)))
        });
        self.text(resolved?)
    }

    /// Whether the document is complete and in the encoding it declares.
    fn finish(&self) -> Result<(), Problem> {
        if self.encoding != UTF_8 {
            match self.declared.as_deref() {
                None => {
                    let reason = "the file declares no encoding, but is not valid UTF-8";
                    return Err(self.wrong(reason));
                }
                Some(UTF_8) => {
                    let reason = "the file declares UTF-8, but its bytes are not valid UTF-8";
                    return Err(self.wrong(reason));
                }
                Some(_) => {}
            }
        }
        if let Some(place) = self.open.last() {
            let name = quote(&self.nodes[*place].name);
            let reason = format!("the file ends inside <{name}>: it is incomplete");
            return Err(self.wrong(&reason));
        }
        if self.rooted { Ok(()) } else { Err(self.wrong("the file has no XML document")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(text: &str) -> Result<Tree, Problem> {
        read(&mut text.as_bytes(), &mut |_| false)
    }

    fn refused(text: &str) -> String {
        whole(text).unwrap_err().to_string()
    }

    #[test]
    fn a_tree_is_read_without_regard_to_namespaces() {
        let text =
            "<x:A xmlns:x='urn:x'>\n<x:B Ccy=\"E&amp;R\"> 1 &lt;<![CDATA[ 2]]>&#33; </x:B></x:A>";
        let tree = whole(text).unwrap();
        let child = tree.root().find(&["B"]).unwrap();
        assert_eq!((child.text(), child.line()), ("1 < 2!", 2));
        assert!(child.stands_at(&["A", "B"]) && !child.stands_at(&["B"]));
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

    #[test]
    fn what_is_taken_out_leaves_its_place_to_the_next() {
        let entries = "<E><N>1</N><N a='b'>2</N></E>\n".repeat(10_000);
        let text = format!("<A><H>head</H>{entries}<F>foot</F></A>");
        let mut taken = Vec::new();
        let tree = read(&mut text.as_bytes(), &mut |element| {
            let wanted = element.stands_at(&["A", "E"]);
            if wanted {
                let head = element.parent().and_then(|parent| parent.text_at(&["H"]));
                taken.push((element.line(), element.all("N").count(), head == Some("head")));
            }
            wanted
        })
        .unwrap();
        assert_eq!(taken.len(), 10_000);
        assert_eq!((taken[0], taken[9_999]), ((1, 2, true), (10_000, 2, true)));
        assert!(tree.nodes.len() < 10 && tree.kept < 1_000, "{}", tree.nodes.len());
        assert_eq!(tree.root().text_at(&["F"]), Some("foot"));
        assert!(tree.root().find(&["E"]).is_none());
    }

    #[test]
    fn a_character_may_be_cut_where_the_bytes_are_taken_in() {
        for shift in 0..4 {
            let name = "账".repeat(60_000);
            let blanks = " ".repeat(shift);
            let text = format!("<?xml version='1.0' encoding='GBK'?>{blanks}<a>x{name}</a>");
            let (gbk, _, _) = encoding_rs::GBK.encode(&text);
            for (bytes, encoding) in [(text.as_bytes(), "UTF-8"), (&*gbk, "GB18030")] {
                let tree = read(&mut &*bytes, &mut |_| false).unwrap();
                assert_eq!(tree.encoding(), encoding);
                assert!(tree.root().text() == format!("x{name}"), "{encoding} {shift}");
                let cut = read(&mut &bytes[..bytes.len() - 5], &mut |_| false);
                assert!(cut.is_err(), "{encoding} {shift}");
            }
        }
        let endless = format!("<a>{}</a>", "x".repeat(5 << 20));
        assert!(refused(&endless).contains("longer than 4 MiB"));
    }

    #[test]
    fn an_encoding_is_known_from_the_first_character_that_is_not_ascii() {
        let (gbk, _, _) =
            encoding_rs::GBK.encode("<?xml version='1.0' encoding='GBK'?><a>账房</a>");
        let tree = read(&mut &*gbk, &mut |_| false).unwrap();
        assert_eq!((tree.root().text(), tree.encoding()), ("账房", "GB18030"));
        let (lies, _, _) =
            encoding_rs::GBK.encode("<?xml version='1.0' encoding='UTF-8'?><a>账房</a>");
        let told = read(&mut &*lies, &mut |_| false).unwrap_err().to_string();
        assert!(told.contains("declares UTF-8"), "{told}");
        let told = read(&mut b"<a>\nok\xE8\xB4</a>".as_slice(), &mut |_| false).unwrap_err();
        assert!(told.to_string().contains("not valid"), "{told}");
    }

    proptest! {
        #[test]
        fn any_text_is_a_tree_or_a_problem(text in "[<>/a-c&;!\\[\\]\"'= ?x#0-9-]{0,120}") {
            let _ = whole(&text);
        }
    }
}
