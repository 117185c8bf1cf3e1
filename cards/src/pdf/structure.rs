//! What a report is for those who hear it read: headings, paragraphs and tables in the order of
//! reading.

use std::io::Write;

use pdf_writer::{
    Chunk, Finish, Name, Ref,
    types::StructRole,
    writers::{StructElement, StructTreeRoot},
};

use super::document::Document;
use crate::{
    batch::PrintError,
    report::{Part, Role},
};

impl Role {
    /// The name of the part's kind in the content of a page.
    pub(super) fn name(self) -> &'static [u8] {
        match self {
            Self::Title => b"H1",
            Self::Heading => b"H2",
            Self::Paragraph => b"P",
            Self::Table => b"Table",
            Self::Row => b"TR",
            Self::HeadCell => b"TH",
            Self::Cell => b"TD",
        }
    }

    fn kind(self) -> StructRole {
        match self {
            Self::Title => StructRole::H1,
            Self::Heading => StructRole::H2,
            Self::Paragraph => StructRole::P,
            Self::Table => StructRole::Table,
            Self::Row => StructRole::TR,
            Self::HeadCell => StructRole::TH,
            Self::Cell => StructRole::TD,
        }
    }
}

/// What stands on the pages, by page and in the order in which it is drawn there: the number of a
/// piece is its place.
#[derive(Debug, Default)]
pub(super) struct Pieces(pub(super) Vec<(Ref, Vec<usize>)>);

/// Writes the tree; gives its root.
pub(super) fn put<W: Write>(
    document: &mut Document<W>,
    parts: &[Part],
    pieces: &Pieces,
) -> Result<Ref, PrintError> {
    let (root, whole) = (document.reserve(), document.reserve());
    let elements: Vec<Ref> = parts.iter().map(|_| document.reserve()).collect();
    let inside = |around: Option<usize>| {
        parts
            .iter()
            .zip(&elements)
            .filter(move |(part, _)| part.around == around)
            .map(|(_, element)| *element)
    };
    for (place, (part, element)) in parts.iter().zip(&elements).enumerate() {
        let mut chunk = Chunk::new();
        let mut written: StructElement<'_> = chunk.indirect(*element).start();
        written.kind(part.role.kind()).parent(part.around.map_or(whole, |around| elements[around]));
        let mut children = written.children();
        for child in inside(Some(place)) {
            children.struct_element(child);
        }
        for (page, drawn) in &pieces.0 {
            for (number, _) in (0..).zip(drawn).filter(|(_, part)| **part == place) {
                children.marked_content_ref().page(*page).marked_content_id(number);
            }
        }
        children.finish();
        written.finish();
        document.put(*element, &chunk)?;
    }
    let mut chunk = Chunk::new();
    let mut written: StructElement<'_> = chunk.indirect(whole).start();
    written.kind(StructRole::Document).parent(root);
    let mut children = written.children();
    for child in inside(None) {
        children.struct_element(child);
    }
    children.finish();
    written.finish();
    document.put(whole, &chunk)?;
    put_root(document, root, whole, pieces, &elements)?;
    Ok(root)
}

/// The root, and for each page what its pieces belong to.
fn put_root<W: Write>(
    document: &mut Document<W>,
    root: Ref,
    whole: Ref,
    pieces: &Pieces,
    elements: &[Ref],
) -> Result<(), PrintError> {
    let mut lists = Vec::new();
    for (_, drawn) in &pieces.0 {
        let (list, mut chunk) = (document.reserve(), Chunk::new());
        chunk.indirect(list).array().items(drawn.iter().map(|part| elements[*part]));
        document.put(list, &chunk)?;
        lists.push(list);
    }
    let mut chunk = Chunk::new();
    let mut written: StructTreeRoot<'_> = chunk.indirect(root).start();
    written.child(whole).parent_tree_next_key(i32::try_from(lists.len()).unwrap_or(i32::MAX));
    let mut tree = written.parent_tree();
    let mut numbers = tree.nums();
    for (page, list) in (0..).zip(lists) {
        numbers.insert(page, list);
    }
    numbers.finish();
    tree.finish();
    written.finish();
    document.put(root, &chunk)
}

/// What is no part of the text.
pub(super) const ARTIFACT: Name<'static> = Name(b"Artifact");
