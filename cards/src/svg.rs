//! A single card as SVG. Letters are outlines, so that it looks the same where the font is not
//! installed; what it says is in its title for those who listen.

use std::fmt::Write as _;

use base64::{Engine, prelude::BASE64_STANDARD};
use haochaping::{
    form::html::escape,
    qr::{Matrix, QUIET_ZONE},
};
use ttf_parser::OutlineBuilder;

use crate::{
    batch::{Batch, PrintError},
    face::{Face, label},
    font::{Font, FontFiles, Glyphs},
    mark::{Ink, Mark},
};

/// Draws cards of a batch one by one.
#[derive(Debug)]
pub struct Singles<'a> {
    pub(crate) batch: Batch<'a>,
    pub(crate) glyphs: [Glyphs; 2],
    pub(crate) fonts: [Font; 2],
}

impl<'a> Singles<'a> {
    /// Opens the fonts and checks that they have every character of the batch.
    ///
    /// # Errors
    /// [`PrintError`]
    pub fn new(batch: Batch<'a>, files: &FontFiles) -> Result<Self, PrintError> {
        let (glyphs, fonts) = batch.prepare(files, |font, _| Ok(font))?;
        Ok(Self { batch, glyphs, fonts })
    }

    /// The marks of a card.
    pub(crate) fn marks(&self, face: &Face) -> Result<Vec<Mark>, PrintError> {
        let matrix = Matrix::encode(&face.link, self.batch.layout)?;
        Ok(self.batch.marks(face, matrix, &self.glyphs))
    }

    /// One card as an SVG document.
    ///
    /// # Errors
    /// If its link does not fit the batch's layout.
    pub fn svg(&self, face: &Face) -> Result<String, PrintError> {
        let (width, height) = self.batch.sheet.page();
        let says = format!(
            "{} {} {} {} {}",
            self.batch.wording.title,
            label(face.kind),
            face.name,
            face.number,
            face.place
        );
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\"><title>{}</title><path fill=\"#fff\" d=\"M0 0h{width}v{height}H0z\"/>",
            escape(&says)
        );
        for mark in self.marks(face)? {
            self.put(&mut out, &mark, face);
        }
        out.push_str("</svg>\n");
        Ok(out)
    }

    fn put(&self, out: &mut String, mark: &Mark, face: &Face) {
        let written = match mark {
            Mark::Text { x, y, size, weight, ink, text } => {
                let mut path = Path::default();
                let (font, glyphs) =
                    (&self.fonts[*weight as usize], &self.glyphs[*weight as usize]);
                let parsed = font.face();
                let mut at = *x;
                for glyph in text.chars().filter_map(|c| glyphs.0.get(&c)) {
                    path.scale = size / f32::from(parsed.units_per_em());
                    (path.x, path.y) = (at, *y);
                    Font::outline(&parsed, glyph.id, &mut path);
                    at += glyph.width * size;
                }
                write!(out, "<path fill=\"{}\" d=\"{}\"/>", color(*ink), path.d)
            }
            Mark::Area { x, y, width, height, ink } => {
                write!(
                    out,
                    "<path fill=\"{}\" d=\"M{x:.2} {y:.2}h{width:.2}v{height:.2}h-{width:.2}z\"/>",
                    color(*ink)
                )
            }
            Mark::Code { x, y, module, matrix } => write!(
                out,
                "<path stroke=\"#000\" shape-rendering=\"crispEdges\" transform=\"translate({x:.3} {y:.3}) scale({module:.4})\" d=\"{}\"/>",
                matrix.svg_path()
            ),
            Mark::Picture { x, y, width, height } => {
                let Some(portrait) = &face.portrait else { return };
                let data = BASE64_STANDARD.encode(portrait.jpeg());
                write!(
                    out,
                    "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" href=\"data:image/jpeg;base64,{data}\"/>"
                )
            }
        };
        written.expect("writing to a string cannot fail");
        debug_assert_eq!(QUIET_ZONE, 4, "the path of a code has its quiet zone");
    }
}

fn color(ink: Ink) -> String {
    let [r, g, b] = ink.rgb();
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Outlines as the `d` of a path, in millimetres.
#[derive(Default)]
struct Path {
    d: String,
    scale: f32,
    x: f32,
    y: f32,
}

impl Path {
    fn put(&mut self, command: char, points: &[(f32, f32)]) {
        self.d.push(command);
        for (n, (x, y)) in points.iter().enumerate() {
            let gap = if n == 0 { "" } else { " " };
            let (x, y) = (self.x + x * self.scale, self.y - y * self.scale);
            write!(self.d, "{gap}{x:.3} {y:.3}").expect("writing to a string cannot fail");
        }
    }
}

impl OutlineBuilder for Path {
    fn move_to(&mut self, x: f32, y: f32) {
        self.put('M', &[(x, y)]);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.put('L', &[(x, y)]);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.put('Q', &[(x1, y1), (x, y)]);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.put('C', &[(x1, y1), (x2, y2), (x, y)]);
    }
    fn close(&mut self) {
        self.d.push('Z');
    }
}
