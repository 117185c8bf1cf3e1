//! Sheets as PDF: text that can be searched and copied, codes as paths in black alone. Pages are
//! written as they are made, so a large batch needs no more memory than a small one.

mod document;
mod embed;
mod page;
mod report;
mod structure;

use std::io::Write;

use haochaping::qr::Matrix;
use pdf_writer::{Chunk, Filter, Finish, Name, Rect, Ref};
use rayon::prelude::*;

use self::{
    document::{Document, TREE},
    embed::Embedded,
    page::Content,
};
use crate::{
    batch::{Batch, PrintError},
    face::Face,
    font::{FontFiles, Glyphs},
    layout,
    portrait::PIXELS,
};

pub use report::write_report;

/// Points in a millimetre.
const POINT: f32 = 72.0 / 25.4;
/// Pages that are made at the same time, before they are written in order.
const PAGES_AT_ONCE: usize = 32;

/// What all pages share.
struct Sheets<'a> {
    batch: &'a Batch<'a>,
    glyphs: [Glyphs; 2],
    embedded: [Embedded; 2],
}

/// Writes a batch as one PDF. `progress` hears how many more cards are done.
///
/// # Errors
/// [`PrintError`]; a character without a glyph is found before anything is written.
pub fn write(
    out: impl Write,
    batch: &Batch<'_>,
    files: &FontFiles,
    progress: &dyn Fn(u64),
) -> Result<(), PrintError> {
    let (glyphs, embedded) = batch.prepare(files, |font, glyphs| Embedded::cut(&font, glyphs))?;
    let sheets = Sheets { batch, glyphs, embedded };
    let mut document = Document::start(out)?;
    let fonts = [sheets.embedded[0].put(&mut document)?, sheets.embedded[1].put(&mut document)?];
    let back = batch.has_back.then(|| document.put_content(&sheets.back())).transpose()?;
    let pages: Vec<&[Face]> = batch.faces.chunks(batch.sheet.n_cards()).collect();
    for some in pages.chunks(PAGES_AT_ONCE) {
        let made: Vec<_> =
            some.par_iter().map(|faces| sheets.front(faces)).collect::<Result<_, _>>()?;
        for (content, faces) in made.into_iter().zip(some) {
            let pictures = put_pictures(&mut document, faces)?;
            let content = document.put_content(&content)?;
            put_page(&mut document, batch, content, fonts, &pictures)?;
            if let Some(back) = back {
                put_page(&mut document, batch, back, fonts, &[])?;
            }
            progress(faces.len() as u64);
        }
    }
    document.finish(&batch.wording.title, None)
}

impl Sheets<'_> {
    fn front(&self, faces: &[Face]) -> Result<Vec<u8>, PrintError> {
        let mut content = self.content();
        for (n, (face, place)) in faces.iter().zip(self.batch.sheet.places(false)).enumerate() {
            let matrix = Matrix::encode(&face.link, self.batch.layout)?;
            content.draw(&self.batch.marks(face, matrix, &self.glyphs), place, n);
        }
        content.draw(&self.batch.sheet.crop_marks(), (0.0, 0.0), 0);
        Ok(content.finish())
    }

    /// The back is the same for every page, and kept once.
    fn back(&self) -> Vec<u8> {
        let mut content = self.content();
        for place in self.batch.sheet.places(true) {
            content.draw(&layout::back(&self.glyphs), place, 0);
        }
        content.finish()
    }

    fn content(&self) -> Content<'_> {
        Content::new(self.batch.sheet.page().1, &self.embedded)
    }
}

/// The portraits of a page by the place of their card on it.
fn put_pictures(
    document: &mut Document<impl Write>,
    faces: &[Face],
) -> Result<Vec<(usize, Ref)>, PrintError> {
    let mut pictures = Vec::new();
    for (place, face) in faces.iter().enumerate() {
        let Some(portrait) = &face.portrait else { continue };
        let (id, mut chunk) = (document.reserve(), Chunk::new());
        let (width, height) = PIXELS;
        let mut image = chunk.image_xobject(id, portrait.jpeg());
        image.filter(Filter::DctDecode);
        image.width(width.cast_signed()).height(height.cast_signed()).bits_per_component(8);
        image.color_space().device_rgb();
        image.finish();
        document.put(id, &chunk)?;
        pictures.push((place, id));
    }
    Ok(pictures)
}

fn put_page(
    document: &mut Document<impl Write>,
    batch: &Batch<'_>,
    content: Ref,
    fonts: [Ref; 2],
    pictures: &[(usize, Ref)],
) -> Result<(), PrintError> {
    let (id, mut chunk) = (document.reserve_page(), Chunk::new());
    let (width, height) = batch.sheet.page();
    let mut page = chunk.page(id);
    page.parent(TREE)
        .media_box(Rect::new(0.0, 0.0, width * POINT, height * POINT))
        .contents(content);
    let mut resources = page.resources();
    resources.fonts().pairs(page::FONTS.map(Name).into_iter().zip(fonts));
    if !pictures.is_empty() {
        let mut named = resources.x_objects();
        for (place, id) in pictures {
            named.pair(Name(page::picture(*place).as_bytes()), *id);
        }
    }
    resources.finish();
    page.finish();
    document.put(id, &chunk)
}
