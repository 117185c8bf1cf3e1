//! XLSX: the parts of the package, unpacked within bounds, and its visible sheets in their order.

mod format;
mod package;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::events::Event;

use self::{
    format::Formats,
    package::{Package, attribute, events},
};
use crate::{Sheet, TableError};

/// The most sheets that are looked at.
const MAX_SHEETS: usize = 32;

/// What every cell refers to.
#[derive(Debug, Default)]
struct Common {
    texts: Vec<String>,
    formats: Formats,
}

/// Whether this is the container of an encrypted workbook, and no old Excel file: both begin alike.
pub(crate) fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|part| part == name)
}

/// The visible sheets.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, TableError> {
    let mut package = Package::open(bytes)?;
    let book = package
        .text("xl/workbook.xml")?
        .ok_or_else(|| TableError::Workbook("no xl/workbook.xml".into()))?;
    let targets = targets(&package.text("xl/_rels/workbook.xml.rels")?.unwrap_or_default())?;
    let mut common = Common {
        texts: package
            .text("xl/sharedStrings.xml")?
            .map_or_else(|| Ok(Vec::new()), |xml| shared_texts(&xml))?,
        formats: package
            .text("xl/styles.xml")?
            .map_or_else(|| Ok(Formats::default()), |xml| Formats::read(&xml))?,
    };
    common.formats.is_1904 = counts_from_1904(&book)?;
    let (mut sheets, mut seen) = (Vec::new(), BTreeSet::new());
    for (name, id) in visible(&book)?.into_iter().take(MAX_SHEETS) {
        // A part is one sheet, however often it is named.
        let Some(target) = targets.get(&id).filter(|target| seen.insert((*target).clone())) else {
            continue;
        };
        let Some(xml) = package.text(target)? else { continue };
        sheets.push(sheet::read(name, &xml, &common)?);
    }
    Ok(sheets)
}

/// Name and relation of each sheet that is not hidden.
fn visible(book: &str) -> Result<Vec<(String, String)>, TableError> {
    let mut sheets = Vec::new();
    events(book, |event| {
        if let Event::Start(tag) | Event::Empty(tag) = &event
            && tag.local_name().into_inner() == "sheet"
        {
            let is_hidden = attribute(tag, "state").is_some_and(|state| state != "visible");
            if let (Some(name), Some(id), false) =
                (attribute(tag, "name"), attribute(tag, "r:id"), is_hidden)
            {
                sheets.push((name, id));
            }
        }
        Ok(())
    })?;
    Ok(sheets)
}

fn counts_from_1904(book: &str) -> Result<bool, TableError> {
    let mut is_1904 = false;
    events(book, |event| {
        if let Event::Start(tag) | Event::Empty(tag) = &event
            && tag.local_name().into_inner() == "workbookPr"
        {
            is_1904 = attribute(tag, "date1904").is_some_and(|flag| flag == "1" || flag == "true");
        }
        Ok(())
    })?;
    Ok(is_1904)
}

/// Where each relation leads, in the package.
fn targets(relations: &str) -> Result<BTreeMap<String, String>, TableError> {
    let mut targets = BTreeMap::new();
    events(relations, |event| {
        if let Event::Start(tag) | Event::Empty(tag) = &event
            && let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target"))
        {
            let path =
                target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
            targets.insert(id, path);
        }
        Ok(())
    })?;
    Ok(targets)
}

/// The texts that cells share, each from all of its runs, without the reading aids beside them.
fn shared_texts(xml: &str) -> Result<Vec<String>, TableError> {
    let (mut texts, mut text) = (Vec::new(), String::new());
    let (mut is_text, mut is_aid) = (false, false);
    events(xml, |event| {
        match &event {
            Event::Start(tag) => match tag.local_name().into_inner() {
                "si" => text.clear(),
                "t" => is_text = true,
                "rPh" => is_aid = true,
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().into_inner() == "si" => texts.push(String::new()),
            Event::End(tag) => match tag.local_name().into_inner() {
                "si" => texts.push(std::mem::take(&mut text)),
                "t" => is_text = false,
                "rPh" => is_aid = false,
                _ => {}
            },
            other if is_text && !is_aid => package::push_text(&mut text, other),
            _ => {}
        }
        Ok(())
    })?;
    Ok(texts)
}
