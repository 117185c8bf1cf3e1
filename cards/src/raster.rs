//! A single card as PNG, at 300 dpi. Modules of the code are whole pixels.

use haochaping::qr::QUIET_ZONE;
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, PixmapPaint, Rect, Transform};
use ttf_parser::OutlineBuilder;

use crate::{
    batch::PrintError,
    face::Face,
    font::{Font, Weight},
    mark::{Ink, Mark},
    svg::Singles,
};

/// Pixels in a millimetre at 300 dpi.
const PIXELS: f32 = 300.0 / 25.4;

impl Singles<'_> {
    /// One card as a PNG of 300 dpi.
    ///
    /// # Errors
    /// If its link does not fit the batch's layout, or the image cannot be encoded.
    pub fn png(&self, face: &Face) -> Result<Vec<u8>, PrintError> {
        let (width, height) = self.batch.sheet.page();
        let mut pixels = Pixmap::new(whole(width), whole(height)).expect("a card has a size");
        pixels.fill(Color::WHITE);
        for mark in self.marks(face)? {
            self.paint(&mut pixels, &mark, face);
        }
        let png = pixels
            .encode_png()
            .map_err(|error| PrintError::Write(std::io::Error::other(error.to_string())))?;
        Ok(with_density(png))
    }

    fn paint(&self, pixels: &mut Pixmap, mark: &Mark, face: &Face) {
        match mark {
            Mark::Text { x, y, size, weight, ink, text } => {
                let em = size * PIXELS;
                if let Some(path) = self.outline(text, *weight, em) {
                    let place = Transform::from_translate(x * PIXELS, y * PIXELS);
                    pixels.fill_path(&path, &paint(*ink, true), FillRule::Winding, place, None);
                }
            }
            Mark::Area { x, y, width, height, ink } => {
                fill(pixels, [*x, *y, *width, *height].map(|n| n * PIXELS), &paint(*ink, true));
            }
            Mark::Code { x, y, module, matrix } => {
                let (side, black) = ((module * PIXELS).round(), paint(Ink::Black, false));
                let (left, top) = ((x * PIXELS).round(), (y * PIXELS).round());
                let modules = |n: usize| {
                    f32::from(u16::try_from(n).expect("a code has at most 185 modules")) * side
                };
                for (column, row, length) in matrix.runs() {
                    let (x, y) =
                        (left + modules(column + QUIET_ZONE), top + modules(row + QUIET_ZONE));
                    fill(pixels, [x, y, modules(length), side], &black);
                }
            }
            Mark::Picture { x, y, .. } => {
                let Some(portrait) = &face.portrait else { return };
                let Ok(image) = image::load_from_memory(portrait.jpeg()) else { return };
                let image = image.to_rgba8();
                let size = tiny_skia::IntSize::from_wh(image.width(), image.height());
                let picture = size.and_then(|size| Pixmap::from_vec(image.into_raw(), size));
                if let Some(picture) = picture {
                    let (x, y) = (to_pixel(x * PIXELS), to_pixel(y * PIXELS));
                    pixels.draw_pixmap(
                        x,
                        y,
                        picture.as_ref(),
                        &PixmapPaint::default(),
                        Transform::identity(),
                        None,
                    );
                }
            }
        }
    }

    fn outline(&self, text: &str, weight: Weight, em: f32) -> Option<tiny_skia::Path> {
        let (font, glyphs) = (self.fonts[weight as usize].face(), &self.glyphs[weight as usize]);
        let mut pen =
            Pen { path: PathBuilder::new(), scale: em / f32::from(font.units_per_em()), x: 0.0 };
        for glyph in text.chars().filter_map(|c| glyphs.0.get(&c)) {
            Font::outline(&font, glyph.id, &mut pen);
            pen.x += glyph.width * em;
        }
        pen.path.finish()
    }
}

fn fill(pixels: &mut Pixmap, [x, y, width, height]: [f32; 4], paint: &Paint<'_>) {
    if let Some(rect) = Rect::from_xywh(x, y, width, height) {
        pixels.fill_rect(rect, paint, Transform::identity(), None);
    }
}

fn paint(ink: Ink, is_smooth: bool) -> Paint<'static> {
    let [r, g, b] = ink.rgb();
    let mut paint = Paint { anti_alias: is_smooth, ..Paint::default() };
    paint.set_color_rgba8(r, g, b, 255);
    paint
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page has a few thousand pixels"
)]
fn whole(millimetres: f32) -> u32 {
    (millimetres * PIXELS).round() as u32
}

/// The chunk `pHYs`: 11,811 pixels a metre both ways, which are 300 dpi; with it a card is printed
/// 90 mm wide by itself.
const DENSITY: [u8; 21] = [
    0x00, 0x00, 0x00, 0x09, 0x70, 0x48, 0x59, 0x73, 0x00, 0x00, 0x2E, 0x23, 0x00, 0x00, 0x2E, 0x23,
    0x01, 0x78, 0xA5, 0x3F, 0x76,
];
/// Where the first chunk, which has a fixed length, ends.
const AFTER_HEADER: usize = 33;

fn with_density(mut png: Vec<u8>) -> Vec<u8> {
    png.splice(AFTER_HEADER..AFTER_HEADER, DENSITY);
    png
}

#[expect(clippy::cast_possible_truncation, reason = "a page has a few thousand pixels")]
fn to_pixel(at: f32) -> i32 {
    at.round() as i32
}

/// Outlines as a path, upside down: images count from the upper edge.
struct Pen {
    path: PathBuilder,
    scale: f32,
    x: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, -y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }
    fn close(&mut self) {
        self.path.close();
    }
}
