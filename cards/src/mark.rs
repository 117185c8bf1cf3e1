use haochaping::qr::{Matrix, QUIET_ZONE};

use crate::font::{Measure, Weight};

/// A colour, for print and for screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Black, which prints by the black plate alone.
    Black,
    /// The blue of official headings.
    Blue,
    /// For what matters less.
    Grey,
}

impl Ink {
    /// Cyan, magenta, yellow, black, 0 to 1.
    pub(crate) fn cmyk(self) -> [f32; 4] {
        match self {
            Self::Black => [0.0, 0.0, 0.0, 1.0],
            Self::Blue => [0.95, 0.65, 0.0, 0.1],
            Self::Grey => [0.0, 0.0, 0.0, 0.7],
        }
    }

    /// Red, green, blue.
    pub(crate) fn rgb(self) -> [u8; 3] {
        match self {
            Self::Black => [0, 0, 0],
            Self::Blue => [0x0b, 0x57, 0xa4],
            Self::Grey => [0x4c, 0x4c, 0x4c],
        }
    }
}

/// One thing drawn. Millimetres from the upper left corner.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// A line of text; `y` is its base line and `size` its em.
    Text { x: f32, y: f32, size: f32, weight: Weight, ink: Ink, text: String },
    /// A filled rectangle.
    Area { x: f32, y: f32, width: f32, height: f32, ink: Ink },
    /// A QR code with its quiet zone; `module` is the side of a module.
    Code { x: f32, y: f32, module: f32, matrix: Matrix },
    /// The portrait.
    Picture { x: f32, y: f32, width: f32, height: f32 },
}

/// A dot of a printer of 300 dpi.
const DOT: f32 = 25.4 / 300.0;
/// Modules are never smaller than this: below, phones at arm's length fail.
const DOTS_MIN: u16 = 6;

/// The side of a module, whole dots of 300 dpi, so that the code with its quiet zone fits `side` if
/// it can.
pub(crate) fn module_in(side: f32, matrix: &Matrix) -> f32 {
    let modules =
        u16::try_from(matrix.width() + 2 * QUIET_ZONE).expect("a code has at most 185 modules");
    let mut dots = DOTS_MIN;
    while f32::from(modules) * f32::from(dots + 1) * DOT <= side {
        dots += 1;
    }
    f32::from(dots) * DOT
}

/// Where marks are put down.
pub(crate) struct Drawing<'a> {
    pub(crate) marks: Vec<Mark>,
    pub(crate) measure: &'a dyn Measure,
}

/// How a line of text is set.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// The em, and the least to which a long text shrinks.
    pub(crate) size: f32,
    pub(crate) least: f32,
    /// The width there is.
    pub(crate) width: f32,
    pub(crate) weight: Weight,
    pub(crate) ink: Ink,
    /// 0 for the left edge, 0.5 for the middle, 1 for the right.
    pub(crate) align: f32,
}

impl Drawing<'_> {
    /// Puts a text down, smaller if it is long. Below `least` it runs over its width rather than
    /// become illegible.
    pub(crate) fn text(&mut self, line: Line, text: &str) {
        if text.is_empty() {
            return;
        }
        let em = self.measure.width(line.weight, text);
        let size =
            if em > 0.0 { line.size.min(line.width / em).max(line.least) } else { line.size };
        let x = line.x + (line.width - em * size) * line.align;
        let Line { y, weight, ink, .. } = line;
        self.marks.push(Mark::Text { x, y, size, weight, ink, text: text.to_owned() });
    }

    pub(crate) fn area(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        self.marks.push(Mark::Area { x, y, width, height, ink });
    }
}
