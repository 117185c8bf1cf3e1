use flate2::Compression;
use haochaping::qr::{Matrix, QUIET_ZONE};
use pdf_writer::{Name, Str};

use super::{
    POINT,
    embed::{Embedded, deflate},
    structure::ARTIFACT,
};
use crate::{
    font::Weight,
    mark::{Ink, Mark},
    report::{Drawn, Part},
};

/// Names of the fonts in a page, regular and bold.
pub(super) const FONTS: [&[u8]; 2] = [b"R", b"B"];
/// A little effort: the best takes three times as long for two per cent.
const LEVEL: u32 = 4;

/// The name of the portrait of the card at this place of a page.
pub(super) fn picture(place: usize) -> String {
    format!("P{place}")
}

/// What a page draws.
pub(super) struct Content<'a> {
    out: pdf_writer::Content,
    /// Millimetres of the page's height; PDF counts from the lower edge.
    height: f32,
    embedded: &'a [Embedded; 2],
}

impl<'a> Content<'a> {
    pub(super) fn new(height: f32, embedded: &'a [Embedded; 2]) -> Self {
        Self { out: pdf_writer::Content::with_capacity(64 * 1024), height, embedded }
    }

    /// Draws marks whose upper left corner lies at `corner`; `n` is the place of the card on the
    /// page.
    pub(super) fn draw(&mut self, marks: &[Mark], corner: (f32, f32), n: usize) {
        for mark in marks {
            match mark {
                Mark::Text { x, y, size, weight, ink, text } => {
                    let (left, base) = self.at(corner, *x, *y);
                    let font = *weight as usize;
                    let glyphs: Vec<u8> = text
                        .chars()
                        .flat_map(|c| self.embedded[font].glyph(c).to_be_bytes())
                        .collect();
                    self.fill_with(*ink);
                    self.out
                        .begin_text()
                        .set_font(Name(FONTS[font]), round(size * POINT))
                        .next_line(left, base);
                    self.out.show(Str(&glyphs)).end_text();
                }
                Mark::Area { x, y, width, height, ink } => {
                    let (left, bottom) = self.at(corner, *x, *y + *height);
                    self.fill_with(*ink);
                    self.out
                        .rect(left, bottom, round(width * POINT), round(height * POINT))
                        .fill_nonzero();
                }
                Mark::Code { x, y, module, matrix } => {
                    self.code((corner.0 + x, corner.1 + y), *module, matrix);
                }
                Mark::Picture { x, y, width, height } => {
                    let (left, bottom) = self.at(corner, *x, *y + *height);
                    self.out.save_state().transform([
                        width * POINT,
                        0.0,
                        0.0,
                        height * POINT,
                        left,
                        bottom,
                    ]);
                    self.out.x_object(Name(picture(n).as_bytes())).restore_state();
                }
            }
        }
    }

    /// Draws the parts of a report; gives them in the order in which each piece was begun, which is
    /// its number.
    pub(super) fn draw_parts(&mut self, drawn: &[Drawn], parts: &[Part]) -> Vec<usize> {
        let mut begun = Vec::new();
        for run in drawn.chunk_by(|(one, _), (next, _)| one == next) {
            match run.first().and_then(|(part, _)| *part) {
                Some(part) => {
                    let number = i32::try_from(begun.len()).unwrap_or(i32::MAX);
                    let tag = Name(parts[part].role.name());
                    self.out
                        .begin_marked_content_with_properties(tag)
                        .properties()
                        .identify(number);
                    begun.push(part);
                }
                None => drop(self.out.begin_marked_content(ARTIFACT)),
            }
            for (_, mark) in run {
                self.draw(std::slice::from_ref(mark), (0.0, 0.0), 0);
            }
            self.out.end_marked_content();
        }
        begun
    }

    /// A place in points from the lower left corner of the page.
    fn at(&self, corner: (f32, f32), x: f32, y: f32) -> (f32, f32) {
        (round((corner.0 + x) * POINT), round((self.height - corner.1 - y) * POINT))
    }

    fn fill_with(&mut self, ink: Ink) {
        let [cyan, magenta, yellow, black] = ink.cmyk();
        self.out.set_fill_cmyk(cyan, magenta, yellow, black);
    }

    /// A code as one path, in units of a module counted from the upper edge: the numbers stay
    /// small.
    fn code(&mut self, (x, y): (f32, f32), module: f32, matrix: &Matrix) {
        let quiet = f32::from(u8::try_from(QUIET_ZONE).expect("four")) * module;
        // On the dots of a printer, so that every module is as wide as the next.
        let (left, down) = (on_dot((x + quiet) * POINT), on_dot((y + quiet) * POINT));
        let (side, top) = (module * POINT, round(self.height * POINT - down));
        self.out.save_state().transform([side, 0.0, 0.0, -side, left, top]);
        self.fill_with(Ink::Black);
        for (column, row, length) in matrix.runs() {
            self.out.rect(short(column), short(row), short(length), 1.0);
        }
        self.out.fill_nonzero().restore_state();
    }

    /// The compressed content.
    pub(super) fn finish(self) -> Vec<u8> {
        deflate(self.out.finish().as_slice(), Compression::new(LEVEL))
            .expect("writing to memory cannot fail")
    }
}

/// Hundredths of a point are finer than any printer.
fn round(points: f32) -> f32 {
    (points * 100.0).round() / 100.0
}

/// The nearest dot of a printer of 150 dpi, and so of 300 and 600.
fn on_dot(points: f32) -> f32 {
    const DOT: f32 = 72.0 / 150.0;
    round((points / DOT).round() * DOT)
}

fn short(modules: usize) -> f32 {
    f32::from(u8::try_from(modules).expect("a code has at most 177 modules"))
}

const _: () = assert!(Weight::Regular as usize == 0 && Weight::Bold as usize == 1);
