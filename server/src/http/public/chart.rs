//! Charts as SVG, drawn here and complete without a script. A chart has a title, a pattern of its own beside its colour, and
//! a table with the same figures next to it.

use std::fmt::Write as _;

use haochaping::form::html::escape;

/// How bars are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Solid.
    Solid,
    /// Stripes that lean to the right.
    Striped,
    /// Dots.
    Dotted,
}

impl Fill {
    fn class(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::Striped => "striped",
            Self::Dotted => "dotted",
        }
    }

    fn pattern(self) -> &'static str {
        match self {
            Self::Solid => "",
            Self::Striped => {
                "<defs><pattern id=\"striped\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect class=\"back\" width=\"6\" height=\"6\"/><rect class=\"ink\" width=\"3\" height=\"6\"/></pattern></defs>"
            }
            Self::Dotted => {
                "<defs><pattern id=\"dotted\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect class=\"back\" width=\"6\" height=\"6\"/><circle class=\"ink\" cx=\"3\" cy=\"3\" r=\"1.9\"/></pattern></defs>"
            }
        }
    }
}

/// A bar: its label, its length, and the figure as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// Its length, 0 or more; `None` where there is no figure, which is not 0.
    pub value: Option<f64>,
    /// The figure as text.
    pub shown: String,
}

/// Narrow enough that its letters are legible on a phone.
const WIDTH: f64 = 380.0;
const ROW: f64 = 26.0;
const LABEL: f64 = 100.0;
const FIGURE: f64 = 84.0;
/// Latin letters of a label that fit, a Chinese character being two of them; the table beside has all of it.
const LABEL_WIDTH: usize = 14;

/// Bars that lie, one below another, from zero on. `id` tells the charts of a page apart.
pub fn bars(id: &str, title: &str, bars: &[Bar], fill: Fill) -> String {
    let most = bars.iter().filter_map(|bar| bar.value).fold(0.0, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a few dozen bars")]
    let height = bars.len() as f64 * ROW;
    let mut out = format!(
        "<figure class=\"chart\"><figcaption id=\"{id}\">{}</figcaption><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"{id}\">{}",
        escape(title),
        fill.pattern()
    );
    let mut top = 0.0;
    for bar in bars {
        let length = bar.value.filter(|_| most > 0.0).map_or(0.0, |v| v / most * (WIDTH - LABEL - FIGURE));
        let base = top + ROW * 0.68;
        let _ = write!(
            out,
            "<text x=\"0\" y=\"{base:.1}\">{}</text><rect class=\"{}\" x=\"{LABEL}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"{:.1}\"/><text x=\"{:.1}\" y=\"{base:.1}\">{}</text>",
            escape(&fitting(&bar.label)),
            fill.class(),
            top + ROW * 0.18,
            ROW * 0.64,
            LABEL + length + 8.0,
            escape(&bar.shown)
        );
        top += ROW;
    }
    out + "</svg></figure>"
}

/// A label cut to what fits.
fn fitting(label: &str) -> String {
    let width = |c: char| if c.is_ascii() { 1 } else { 2 };
    if label.chars().map(width).sum::<usize>() <= LABEL_WIDTH {
        return label.to_owned();
    }
    let mut left = LABEL_WIDTH - 1;
    let fitting = label.chars().take_while(|c| {
        left = left.saturating_sub(width(*c));
        left > 0
    });
    fitting.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: Option<f64>) -> Bar {
        Bar { label: label.into(), value, shown: value.map_or("—".into(), |v| v.to_string()) }
    }

    #[test]
    fn lengths_start_at_zero_and_names_are_escaped() {
        let drawn = bars("a", "每月", &[bar("<市>", Some(5.0)), bar("乙", Some(10.0)), bar("丙", None)], Fill::Striped);
        assert!(drawn.contains("&lt;市&gt;") && !drawn.contains("<市>"));
        let widths: Vec<_> = drawn.split("width=\"").skip(4).filter_map(|w| w.split('"').next()).collect();
        assert_eq!(widths, ["98.0", "196.0", "0.0"], "half as many are half as long; what is not known has no bar");
        assert!(drawn.contains(">—</text>"));
    }

    #[test]
    fn a_label_is_cut_to_what_fits() {
        assert_eq!(fitting("2026年11月"), "2026年11月");
        assert_eq!(fitting("连云港市赣榆区"), "连云港市赣榆区");
        assert_eq!(fitting("扬州经济技术开发区"), "扬州经济技术…");
    }

    #[test]
    fn nothing_but_zeros_is_drawn_without_a_division() {
        let drawn = bars("a", "t", &[bar("甲", Some(0.0))], Fill::Solid);
        assert!(!drawn.contains("NaN") && drawn.contains("width=\"0.0\""));
    }
}
