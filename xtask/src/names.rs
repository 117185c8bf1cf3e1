//! What built files are called, and where they lie.

pub(crate) const ASSETS: &str = "target/assets";
/// The widget carries the texts of one language, so that nobody downloads the others.
pub(crate) const LANGUAGES: [&str; 3] = ["zh-Hans", "zh-Hant", "en"];

/// The file of the widget in a language.
pub(crate) fn wasm_name(lang: &str) -> String {
    format!("haochaping.{lang}.wasm")
}
