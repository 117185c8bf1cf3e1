//! Contrast of every palette, computed as WCAG 2 does (1.4.3: 4.5 for text; 1.4.11: 3 for edges and
//! focus).

use std::collections::BTreeMap;

use haochaping_tests::workspace;

type Palette = BTreeMap<String, [u8; 3]>;

/// What stands on what, and the least contrast.
const PAIRS: [(&str, &str, f64); 12] = [
    ("text", "background", 4.5),
    ("text", "soft", 4.5),
    ("muted", "background", 4.5),
    ("muted", "soft", 4.5),
    ("accent", "background", 4.5),
    ("on-accent", "accent", 4.5),
    // The button while it sends.
    ("on-accent", "muted", 4.5),
    ("error", "background", 4.5),
    ("accent", "soft", 4.5),
    ("line", "background", 3.0),
    ("focus", "background", 3.0),
    ("line", "soft", 3.0),
];

/// Relative luminance.
fn luminance(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn colour(text: &str) -> Option<[u8; 3]> {
    let digits = text.trim().strip_prefix('#')?;
    let digits = digits.split(|c: char| !c.is_ascii_hexdigit()).next()?;
    let full = if digits.len() == 3 {
        digits.chars().flat_map(|c| [c, c]).collect()
    } else {
        digits.to_owned()
    };
    let channel = |at: usize| u8::from_str_radix(full.get(at..at + 2)?, 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

/// The palettes of a style sheet, in its order: a block that sets `--hcp-background` is one. In the
/// form's own sheet they are the values that custom properties fall back to.
fn palettes(css: &str) -> Vec<Palette> {
    let read = |block: &str| -> Palette {
        let pieces = block.split("--hcp-").skip(1);
        let values = pieces.filter_map(|piece| {
            let (name, rest) = piece.split_once([':', ','])?;
            Some((name.trim().to_owned(), colour(rest)?))
        });
        values.collect()
    };
    css.split('{').map(read).filter(|palette| palette.contains_key("background")).collect()
}

fn assert_readable(name: &str, n_expected: usize) {
    let css = std::fs::read_to_string(workspace().join(name)).expect(name);
    let found = palettes(&css);
    assert_eq!(found.len(), n_expected, "{name}: light, and dark twice");
    for (number, palette) in found.iter().enumerate() {
        for (of, on, least) in PAIRS {
            let is = contrast(palette[of], palette[on]);
            assert!(
                is >= least,
                "{name}, palette {number}: {of} on {on} is {is:.2}, at least {least}"
            );
        }
    }
}

#[test]
fn every_palette_is_readable() {
    assert_readable("sdk/src/form/form.css", 3);
    assert_readable("npm/themes/government-red.css", 3);
    assert_readable("npm/themes/government-blue.css", 3);
}

#[test]
fn contrast_is_that_of_the_standard() {
    assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 1e-9);
    assert!(
        (contrast([0x77; 3], [255; 3]) - 4.48).abs() < 0.01,
        "#777 on white is the well-known near miss"
    );
}
