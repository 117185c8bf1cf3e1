//! Charts as SVG, drawn here and complete without a script. A chart has a title, a pattern of its
//! own beside its colour, and a table with the same figures next to it. Labels and figures are text
//! of the page, so that they grow with it in 大字版.

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

/// Bars that lie, one below another, from zero on; the longest takes the whole width. A page has at
/// most one chart of a fill, whose pattern the first bar brings along.
pub fn bars(title: &str, bars: &[Bar], fill: Fill) -> String {
    let most = bars.iter().filter_map(|bar| bar.value).fold(0.0, f64::max);
    let mut out = format!("<figure class=\"chart\"><figcaption>{}</figcaption><ul>", escape(title));
    let mut pattern = fill.pattern();
    for bar in bars {
        let percent = bar.value.filter(|_| most > 0.0).map_or(0.0, |value| value / most * 100.0);
        let _ = write!(
            out,
            "<li><span>{}</span><svg width=\"100%\" height=\"16\" aria-hidden=\"true\">{pattern}<rect class=\"{}\" width=\"{percent:.1}%\" height=\"16\"/></svg><span>{}</span></li>",
            escape(&bar.label),
            fill.class(),
            escape(&bar.shown)
        );
        pattern = "";
    }
    out + "</ul></figure>"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: Option<f64>) -> Bar {
        Bar { label: label.into(), value, shown: value.map_or("—".into(), |v| v.to_string()) }
    }

    #[test]
    fn lengths_start_at_zero_and_names_are_escaped() {
        let drawn = bars(
            "每月",
            &[bar("<市>", Some(5.0)), bar("乙", Some(10.0)), bar("丙", None)],
            Fill::Striped,
        );
        assert!(drawn.contains("&lt;市&gt;") && !drawn.contains("<市>"));
        let bars = drawn.split("<rect class=\"striped\" width=\"").skip(1);
        let widths: Vec<_> = bars.filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(
            widths,
            ["50.0%", "100.0%", "0.0%"],
            "half as many are half as long; what is not known has no bar"
        );
        assert_eq!(drawn.matches("id=\"striped\"").count(), 1);
        assert!(drawn.contains("<span>—</span>"));
    }

    #[test]
    fn nothing_but_zeros_is_drawn_without_a_division() {
        let drawn = bars("t", &[bar("甲", Some(0.0))], Fill::Solid);
        assert!(!drawn.contains("NaN") && drawn.contains("width=\"0.0%\""));
    }
}
