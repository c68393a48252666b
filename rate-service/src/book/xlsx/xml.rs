//! The XML of a part, event by event. There are no entities but those of XML itself: nothing outside is ever opened.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use rate_core::Code;

use super::package::{Part, Trouble};

/// What a part says next.
#[derive(Debug)]
pub(super) enum Said<'b> {
    /// A tag opens; an empty element opens and closes at once.
    Open(Tag<'b>),
    /// A tag closes, by its name without prefix.
    Close(String),
    /// Text between tags.
    Text(Cow<'b, str>),
    /// The end of the part.
    End,
}

/// A tag with its attributes.
#[derive(Debug)]
pub(super) struct Tag<'b> {
    start: BytesStart<'b>,
    /// Whether it closes itself.
    pub(super) empty: bool,
}

impl Tag<'_> {
    /// Whether it has a name, prefixes aside.
    pub(super) fn is(&self, name: &str) -> bool {
        self.start.local_name().as_ref() == name
    }

    /// An attribute by its name without prefix; `None` where it is not there or cannot be read.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        let found = attributes.find_map(|it| it.ok().filter(|it| it.key.local_name().as_ref() == name))?;
        found.normalized_value(XmlVersion::Implicit1_0).ok().map(Cow::into_owned)
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.attribute(name).is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on"))
    }
}

/// A part as XML.
#[derive(Debug)]
pub(super) struct Xml<'p> {
    reader: Reader<Part<'p>>,
    buffer: Vec<u8>,
    /// Elements that are open.
    depth: usize,
}

impl<'p> Xml<'p> {
    pub(super) fn of(part: Part<'p>) -> Self {
        Self { reader: Reader::from_reader(part), buffer: Vec::new(), depth: 0 }
    }

    pub(super) fn next(&mut self) -> Result<Said<'_>, Trouble> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().next_event();
            match self.reader.read_event_into(&mut self.buffer) {
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Ok(event) => {
                    let event = event.into_owned();
                    match event {
                        Event::Start(_) => self.depth += 1,
                        Event::End(_) => self.depth = self.depth.saturating_sub(1),
                        // Rows behind the break would be lost unseen.
                        Event::Eof if self.depth > 0 => {
                            return Err(Trouble::part(self.reader.get_ref().name(), "ends inside an element"));
                        }
                        _ => {}
                    }
                    return said(event, self.reader.get_ref().name());
                }
                Err(error) => {
                    let part = self.reader.get_mut();
                    let named = Trouble::part(part.name(), error);
                    return Err(part.excess().unwrap_or(named));
                }
            }
        }
    }

    /// The text up to the end of the element that was just opened, phonetic guides left out.
    pub(super) fn text_within(&mut self, element: &str) -> Result<String, Trouble> {
        let (mut text, mut inside, mut phonetic) = (String::new(), element == "t" || element == "v", false);
        loop {
            match self.next()? {
                Said::Open(tag) if tag.is("rPh") => phonetic = !tag.empty,
                Said::Open(tag) => inside |= tag.is("t") && !tag.empty,
                Said::Close(name) if name == element => return Ok(text),
                Said::Close(name) => match name.as_str() {
                    "rPh" => phonetic = false,
                    "t" => inside = false,
                    _ => {}
                },
                Said::Text(piece) if inside && !phonetic => text.push_str(&piece),
                Said::Text(_) => {}
                Said::End => return Ok(text),
            }
        }
    }
}

fn said<'b>(event: Event<'b>, part: &str) -> Result<Said<'b>, Trouble> {
    let text = match event {
        Event::Start(start) => return Ok(Said::Open(Tag { start, empty: false })),
        Event::Empty(start) => return Ok(Said::Open(Tag { start, empty: true })),
        Event::End(end) => return Ok(Said::Close(end.local_name().as_ref().to_owned())),
        Event::Text(text) => text.xml10_content(),
        Event::CData(text) => text.xml10_content(),
        Event::GeneralRef(entity) => match entity.resolve_char_ref() {
            Ok(Some(character)) => Cow::Owned(character.to_string()),
            Ok(None) => Cow::Borrowed(predefined(&entity).ok_or_else(|| entities(part))?),
            Err(error) => return Err(Trouble::part(part, error)),
        },
        Event::DocType(_) => return Err(entities(part)),
        Event::Eof => return Ok(Said::End),
        Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Cow::Borrowed(""),
    };
    Ok(Said::Text(text))
}

fn entities(part: &str) -> Trouble {
    Trouble::wrong(Code::WorkbookEntity, [part])
}

fn predefined(name: &str) -> Option<&'static str> {
    match name {
        "lt" => Some("<"),
        "gt" => Some(">"),
        "amp" => Some("&"),
        "apos" => Some("'"),
        "quot" => Some("\""),
        _ => None,
    }
}
