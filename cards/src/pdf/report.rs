//! A report as PDF, tagged: headings, tables and the order of reading are in it. For PDF/UA it
//! lacks the identifier in XMP metadata and the scope of head cells.

use std::io::Write;

use pdf_writer::{Chunk, Finish, Name, Rect, types::TabOrder};

use super::{
    POINT,
    document::{Document, TREE},
    embed::Embedded,
    page::{Content, FONTS},
    structure::{self, Pieces},
};
use crate::{
    batch::PrintError,
    font::{FontFiles, Glyphs, Used, Weight},
    mark::Mark,
    report::{MISSING, PAGE, Report, lay_out},
};

/// Writes a report as one PDF. A character that the fonts have not shows as an empty box.
///
/// # Errors
/// [`PrintError`]
pub fn write_report(out: impl Write, report: &Report, files: &FontFiles) -> Result<(), PrintError> {
    let used = Used::default();
    // Laid out without widths: what is drawn is the same, and so are the characters.
    for (_, mark) in lay_out(report, &used).pages.into_iter().flatten() {
        if let Mark::Text { weight, text, .. } = mark {
            crate::font::Measure::width(&used, weight, &text);
        }
    }
    let mut characters = used.into_characters();
    let mut prepare = |weight: Weight| {
        let of_weight = &mut characters[weight as usize];
        // Pages are counted after they are laid out.
        of_weight.extend("0123456789".chars().chain([MISSING]));
        let font = files.open(weight)?;
        let (mut found, absent) = font.measure(of_weight);
        let embedded = Embedded::cut(&font, &found)?;
        let empty = found.0.get(&MISSING).copied();
        found.0.extend(absent.into_iter().filter_map(|one| Some((one, empty?))));
        Ok::<(Glyphs, Embedded), PrintError>((found, embedded))
    };
    // One font at a time is in memory.
    let ((regular, first), (bold, second)) = (prepare(Weight::Regular)?, prepare(Weight::Bold)?);
    let (glyphs, embedded) = ([regular, bold], [first, second]);
    let mut document = Document::start(out)?;
    let fonts = [embedded[0].put(&mut document)?, embedded[1].put(&mut document)?];
    let (laid_out, mut pieces) = (lay_out(report, &glyphs), Pieces::default());
    for (number, drawn) in (0..).zip(&laid_out.pages) {
        let mut content = Content::new(PAGE.1, &embedded);
        let parts = content.draw_parts(drawn, &laid_out.parts);
        let content = document.put_content(&content.finish())?;
        let (id, mut chunk) = (document.reserve_page(), Chunk::new());
        let mut page = chunk.page(id);
        page.parent(TREE)
            .media_box(Rect::new(0.0, 0.0, PAGE.0 * POINT, PAGE.1 * POINT))
            .contents(content);
        page.struct_parents(number).tab_order(TabOrder::StructureOrder);
        page.resources().fonts().pairs(FONTS.map(Name).into_iter().zip(fonts));
        page.finish();
        document.put(id, &chunk)?;
        pieces.0.push((id, parts));
    }
    let structure = structure::put(&mut document, &laid_out.parts, &pieces)?;
    document.finish(&report.title, Some(structure))
}
