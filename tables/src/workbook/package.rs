//! The package: a zip of XML parts.

use std::io::{Cursor, Read};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use zip::ZipArchive;

use crate::TableError;

/// The most bytes that a part has once it is unpacked. 200,000 rows of ten cells are 60 MB.
const MAX_PART_BYTES: u64 = 96 << 20;

pub(super) struct Package<'a>(ZipArchive<Cursor<&'a [u8]>>);

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, TableError> {
        ZipArchive::new(Cursor::new(bytes))
            .map(Self)
            .map_err(|error| TableError::Workbook(error.to_string()))
    }

    /// A part as text; `None` where there is none of this name.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, TableError> {
        let message =
            |error: &dyn std::fmt::Display| TableError::Workbook(format!("{name}: {error}"));
        let part = match self.0.by_name(name) {
            Ok(part) => part,
            Err(zip::result::ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(message(&error)),
        };
        let mut bytes = Vec::new();
        // What the package says of its sizes is not believed.
        part.take(MAX_PART_BYTES + 1).read_to_end(&mut bytes).map_err(|error| message(&error))?;
        if bytes.len() as u64 > MAX_PART_BYTES {
            return Err(TableError::TooLarge(name.to_owned(), MAX_PART_BYTES >> 20));
        }
        let text = String::from_utf8(bytes).map_err(|error| message(&error))?;
        Ok(Some(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned)))
    }
}

/// Every event of a part, until one is refused.
pub(super) fn events<'a>(
    xml: &'a str,
    mut take: impl FnMut(Event<'a>) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|error| TableError::Workbook(error.to_string()))? {
            Event::Eof => return Ok(()),
            event => take(event)?,
        }
    }
}

/// An attribute's value.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok().flatten()?;
    attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// Adds what a text event says.
pub(super) fn push_text(text: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(part),
        Event::GeneralRef(name) => match (name.resolve_char_ref(), &**name) {
            (Ok(Some(sign)), _) => text.push(sign),
            (_, "amp") => text.push('&'),
            (_, "lt") => text.push('<'),
            (_, "gt") => text.push('>'),
            (_, "quot") => text.push('"'),
            (_, "apos") => text.push('\''),
            _ => {}
        },
        _ => {}
    }
}
