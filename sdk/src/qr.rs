//! QR codes of links. The crate `qrcode` encodes; what is drawn comes from the matrix: one path of
//! runs instead of a rectangle a module. There is never a logo inside a code, and four modules
//! around it stay quiet.
//!
//! ```
//! use haochaping::qr::{Layout, Matrix};
//!
//! let link = "HTTPS://HCP.EXAMPLE.GOV.CN/R/2004EG";
//! let matrix = Matrix::encode(link, Layout::of(link)?)?;
//! assert!(matrix.width() >= 21 && matrix.to_svg().starts_with("<svg"));
//! # Ok::<(), haochaping::qr::TooLong>(())
//! ```

use core::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode, Version, bits::Bits};

/// Modules around a code that must stay empty (ISO/IEC 18004). On a dark ground most readers fail
/// without them.
pub const QUIET_ZONE: usize = 4;
/// The largest version that is still read from a card of 90 × 54 mm at arm's length: 53 modules.
const VERSION_MAX: i16 = 9;
/// Symbols of a token at the end of a link, upper case.
const TOKEN: usize = 24;

/// How much of a code may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// 25 %
    Quartile,
    /// 30 %
    High,
}

/// Version and error correction of a code. A batch has one layout, so that all its codes have one
/// size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// 1 to 40; a side has 17 + 4 × version modules.
    pub version: i16,
    /// How much may be lost.
    pub correction: Correction,
}

/// A link that fits no code that can be printed on a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a link of {found} characters fits no code of version {VERSION_MAX}: use a shorter host or path"
)]
pub struct TooLong {
    /// Characters of the link.
    pub found: usize,
}

impl Layout {
    /// The layout for a link and all of its length and case: version 4 with H if it fits, with Q if
    /// the host is long, and then the next version.
    ///
    /// # Errors
    /// [`TooLong`] if the link fits no version up to 9.
    pub fn of(link: &str) -> Result<Self, TooLong> {
        let all = (4..=VERSION_MAX).flat_map(|version| {
            [Correction::High, Correction::Quartile].map(|correction| Self { version, correction })
        });
        let mut all = all.filter(|layout| bits(link, *layout).is_some());
        all.next().ok_or(TooLong { found: link.chars().count() })
    }

    fn level(self) -> EcLevel {
        match self.correction {
            Correction::Quartile => EcLevel::Q,
            Correction::High => EcLevel::H,
        }
    }
}

/// The modules of a code, row by row, without the quiet zone.
///
/// ```
/// use haochaping::qr::{Layout, Matrix};
///
/// let matrix = Matrix::encode("HTTPS://A.EXAMPLE/R/1", Layout::of("HTTPS://A.EXAMPLE/R/1")?)?;
/// assert!(matrix.is_dark(0, 0), "a finder pattern begins in each corner");
/// # Ok::<(), haochaping::qr::TooLong>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    width: usize,
    is_dark: Vec<bool>,
}

impl Matrix {
    /// The code of a link in a layout.
    ///
    /// A link in upper case is one alphanumeric segment; of another the token at its end still is,
    /// behind a byte segment.
    ///
    /// # Errors
    /// [`TooLong`] if it does not fit this layout.
    pub fn encode(link: &str, layout: Layout) -> Result<Self, TooLong> {
        let too_long = TooLong { found: link.chars().count() };
        let bits = bits(link, layout).ok_or(too_long)?;
        let code = QrCode::with_bits(bits, layout.level()).map_err(|_| too_long)?;
        let width = code.width();
        Ok(Self {
            width,
            is_dark: code.into_colors().into_iter().map(|color| color == Color::Dark).collect(),
        })
    }

    /// Modules of a side.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether a module is dark; counted from the upper left corner.
    pub fn is_dark(&self, column: usize, row: usize) -> bool {
        self.is_dark[row * self.width + column]
    }

    /// The dark runs of every row, as column, row and length, in reading order.
    pub fn runs(&self) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        self.is_dark.chunks(self.width).enumerate().flat_map(|(row, modules)| {
            let mut column = 0;
            modules.chunk_by(|a, b| a == b).filter_map(move |run| {
                let at = column;
                column += run.len();
                run[0].then_some((at, row, run.len()))
            })
        })
    }

    /// The `d` of one SVG path whose stroke, one unit wide, draws the code with its quiet zone: a
    /// unit a module.
    pub fn svg_path(&self) -> String {
        let mut out = String::with_capacity(2_048);
        let mut at: Option<(usize, usize)> = None;
        for (column, row, length) in self.runs() {
            let written = match at {
                Some((end, same)) if same == row => write!(out, "m{} 0h{length}", column - end),
                Some((end, last)) => {
                    let left = i64::try_from(column).unwrap_or(0) - i64::try_from(end).unwrap_or(0);
                    write!(out, "m{left} {}h{length}", row - last)
                }
                None => write!(out, "M{} {}.5h{length}", column + QUIET_ZONE, row + QUIET_ZONE),
            };
            written.expect("writing to a string cannot fail");
            at = Some((column + length, row));
        }
        out
    }

    /// A whole SVG document, black on white, with the quiet zone.
    pub fn to_svg(&self) -> String {
        let side = self.width + 2 * QUIET_ZONE;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path stroke=\"#000\" d=\"{}\"/></svg>",
            self.svg_path()
        )
    }

    /// A PNG of one bit a pixel, black on white, with the quiet zone, `scale` pixels a module.
    ///
    /// # Panics
    /// If `scale` is 0.
    #[cfg(feature = "png")]
    pub fn to_png(&self, scale: usize) -> Vec<u8> {
        assert!(scale > 0, "a module has at least one pixel");
        let side = (self.width + 2 * QUIET_ZONE) * scale;
        let stride = side.div_ceil(8);
        let mut pixels = vec![0xFF_u8; stride * side];
        for (column, row, length) in self.runs() {
            let (from, to) =
                ((column + QUIET_ZONE) * scale, (column + length + QUIET_ZONE) * scale);
            for y in (row + QUIET_ZONE) * scale..(row + 1 + QUIET_ZONE) * scale {
                for x in from..to {
                    pixels[y * stride + x / 8] &= !(0x80 >> (x % 8));
                }
            }
        }
        let mut out = Vec::new();
        let side = u32::try_from(side).expect("a code of that size fits no memory");
        let mut encoder = png::Encoder::new(&mut out, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header().expect("writing to memory cannot fail");
        writer.write_image_data(&pixels).expect("the rows fit the header");
        writer.finish().expect("writing to memory cannot fail");
        out
    }
}

/// The bits of a link in a layout; `None` if they do not fit.
fn bits(link: &str, layout: Layout) -> Option<Bits> {
    let is_alphanumeric = |text: &str| {
        text.bytes().all(|b| b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains(&b))
    };
    let at = link.len().checked_sub(TOKEN).filter(|at| link.is_char_boundary(*at)).unwrap_or(0);
    let (start, token) = if is_alphanumeric(link) { ("", link) } else { link.split_at(at) };
    let mut bits = Bits::new(Version::Normal(layout.version));
    let pushed = if is_alphanumeric(token) {
        let start = if start.is_empty() { Ok(()) } else { bits.push_byte_data(start.as_bytes()) };
        start.and_then(|()| bits.push_alphanumeric_data(token.as_bytes()))
    } else {
        bits.push_byte_data(link.as_bytes())
    };
    pushed.and_then(|()| bits.push_terminator(layout.level())).ok().map(|()| bits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_link() -> impl Strategy<Value = String> {
        "HTTPS://[A-Z]{4,8}\\.GOV\\.CN/C/[0-9A-HJKMNP-TV-Z]{24}"
    }

    /// Reads a path back, as a renderer would.
    fn drawn(path: &str, width: usize) -> Vec<bool> {
        let mut is_dark = vec![false; width * width];
        let (mut x, mut y) = (0_i64, 0_i64);
        for part in path.split(['M', 'm']).skip(1) {
            let (to, length) = part.split_once('h').unwrap();
            let (dx, dy) = to.split_once(' ').unwrap();
            x += dx.parse::<i64>().unwrap();
            y += dy.trim_end_matches(".5").parse::<i64>().unwrap();
            for _ in 0..length.parse().unwrap() {
                let (column, row) = (
                    usize::try_from(x).unwrap() - QUIET_ZONE,
                    usize::try_from(y).unwrap() - QUIET_ZONE,
                );
                is_dark[row * width + column] = true;
                x += 1;
            }
        }
        is_dark
    }

    proptest! {
        #[test]
        fn the_path_draws_every_module_and_no_other_in_two_kb(link in any_link()) {
            let layout = Layout::of(&link).unwrap();
            prop_assert_eq!(layout, Layout { version: 4, correction: Correction::High });
            let matrix = Matrix::encode(&link, layout).unwrap();
            prop_assert_eq!(matrix.width(), 33);
            let path = matrix.svg_path();
            prop_assert!(path.len() <= 2_000, "{} bytes", path.len());
            prop_assert_eq!(drawn(&path, 33), matrix.is_dark);
        }
    }

    /// Capacities measured: version 4 takes 50 alphanumeric characters at H and 67 at Q.
    #[test]
    fn a_longer_host_takes_q_and_then_a_larger_version() {
        let layout = |n: usize| {
            Layout::of(&format!("{}{}", "H".repeat(n - 24), "7".repeat(24)))
                .map(|l| (l.version, l.correction))
        };
        assert_eq!(layout(50), Ok((4, Correction::High)));
        assert_eq!(layout(51), Ok((4, Correction::Quartile)));
        assert_eq!(layout(67), Ok((4, Correction::Quartile)));
        assert_eq!(layout(68), Ok((5, Correction::Quartile)));
        assert_eq!(layout(400), Err(TooLong { found: 400 }));
    }

    /// Measured: version 4 at Q takes a lower-case link with a host of up to 17 characters.
    #[test]
    fn a_lower_case_link_keeps_its_token_in_the_small_alphabet() {
        let link = |host: &str| format!("https://{host}/c/{}", "ABCD2345".repeat(3));
        assert_eq!(Layout::of(&link("hcp.yz.js.gov.cnn")).unwrap().version, 4);
        assert!(Layout::of(&link("hcp.yangzhou.gov.cn.example")).unwrap().version > 4);
    }

    #[cfg(feature = "png")]
    #[test]
    fn a_png_has_the_quiet_zone_and_the_modules() {
        let link = format!("HTTPS://HCP.GOV.CN/C/{}", "7".repeat(24));
        let matrix = Matrix::encode(&link, Layout::of(&link).unwrap()).unwrap();
        let image = matrix.to_png(2);
        let mut reader = png::Decoder::new(std::io::Cursor::new(image)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (82, 82));
        let is_dark =
            |x: usize, y: usize| pixels[y * info.line_size + x / 8] & (0x80 >> (x % 8)) == 0;
        for y in 0..82 {
            for x in 0..82 {
                let inside = (8..74).contains(&x) && (8..74).contains(&y);
                let expected = inside && matrix.is_dark(x / 2 - 4, y / 2 - 4);
                assert_eq!(is_dark(x, y), expected, "{x} {y}");
            }
        }
    }
}
