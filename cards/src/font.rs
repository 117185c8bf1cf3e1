//! Fonts: found or named, measured, and cut down to what is used. Cards need Chinese of every name,
//! rare ones included.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

use ttf_parser::{Face, OutlineBuilder};

/// Where distributions put Noto Sans CJK, as regular and bold.
const USUAL: [(&str, &str); 3] = [
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    ),
    (
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    ),
    (
        "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
    ),
];

/// Why a font cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// None was named and none is where they usually are.
    #[error("no Chinese font was found: install fonts-noto-cjk, or name one by --font")]
    NotFound,
    /// The file cannot be read.
    #[error("{path} cannot be read: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is no font with outlines.
    #[error("{0} is not an OpenType or TrueType font with outlines")]
    NoFont(PathBuf),
}

/// Regular or bold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weight {
    /// For what is read.
    Regular,
    /// For what is seen.
    Bold,
}

impl Weight {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Regular, Self::Bold];
}

/// A font file for each weight.
#[derive(Clone, Debug)]
pub struct FontFiles {
    /// Regular and bold.
    paths: [PathBuf; 2],
}

impl FontFiles {
    /// The files named, or those of the distribution. One file serves for both weights if no bold
    /// one is named.
    ///
    /// # Errors
    /// [`FontError::NotFound`]
    pub fn find(regular: Option<&Path>, bold: Option<&Path>) -> Result<Self, FontError> {
        if let Some(regular) = regular {
            return Ok(Self { paths: [regular.to_owned(), bold.unwrap_or(regular).to_owned()] });
        }
        let usual = USUAL
            .iter()
            .find(|(regular, bold)| Path::new(regular).exists() && Path::new(bold).exists());
        let (regular, usual_bold) = usual.ok_or(FontError::NotFound)?;
        Ok(Self { paths: [regular.into(), bold.map_or_else(|| usual_bold.into(), Path::to_owned)] })
    }

    /// Reads one. It is 20 MB and more: whoever can drops it before reading the other.
    ///
    /// # Errors
    /// If the file cannot be read or is no font.
    pub fn open(&self, weight: Weight) -> Result<Font, FontError> {
        let path = &self.paths[weight as usize];
        let data = fs::read(path).map_err(|error| FontError::Read { path: path.clone(), error })?;
        let n_faces = ttf_parser::fonts_in_collection(&data).unwrap_or(1);
        let is_simplified =
            |index: &u32| Face::parse(&data, *index).is_ok_and(|face| is_simplified(&face));
        let index = (0..n_faces).find(is_simplified).unwrap_or(0);
        if Face::parse(&data, index).is_err() {
            return Err(FontError::NoFont(path.clone()));
        }
        Ok(Font { data, index })
    }
}

/// Of a collection, the face with the shapes of the mainland.
fn is_simplified(face: &Face<'_>) -> bool {
    let families =
        face.names().into_iter().filter(|name| name.name_id == ttf_parser::name_id::FAMILY);
    families.filter_map(|name| name.to_string()).any(|family| family.ends_with(" SC"))
}

/// A font in memory.
#[derive(Debug)]
pub struct Font {
    pub(crate) data: Vec<u8>,
    pub(crate) index: u32,
}

impl Font {
    /// The parsed face.
    pub(crate) fn face(&self) -> Face<'_> {
        Face::parse(&self.data, self.index).expect("it was parsed when it was opened")
    }

    /// Glyphs and widths of these characters, and those the font has not.
    pub(crate) fn measure(&self, characters: &BTreeSet<char>) -> (Glyphs, Vec<char>) {
        let face = self.face();
        let em = f32::from(face.units_per_em());
        let mut missing = Vec::new();
        let mut glyphs = HashMap::new();
        for &c in characters {
            match face.glyph_index(c) {
                Some(id) => {
                    let width = f32::from(face.glyph_hor_advance(id).unwrap_or(0)) / em;
                    glyphs.insert(c, Glyph { id: id.0, width });
                }
                None => missing.push(c),
            }
        }
        (Glyphs(glyphs), missing)
    }

    /// Draws a glyph into `builder`, in units of the em square, and returns units per em.
    pub(crate) fn outline(face: &Face<'_>, id: u16, builder: &mut dyn OutlineBuilder) -> f32 {
        face.outline_glyph(ttf_parser::GlyphId(id), builder);
        f32::from(face.units_per_em())
    }
}

/// A glyph and its width in em.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glyph {
    pub(crate) id: u16,
    pub(crate) width: f32,
}

/// The glyphs of the characters that are used.
#[derive(Debug, Default)]
pub(crate) struct Glyphs(pub(crate) HashMap<char, Glyph>);

/// How wide text is.
pub(crate) trait Measure {
    /// The width of a text in em.
    fn width(&self, weight: Weight, text: &str) -> f32;
}

impl Measure for [Glyphs; 2] {
    fn width(&self, weight: Weight, text: &str) -> f32 {
        text.chars().map(|c| self[weight as usize].0.get(&c).map_or(0.0, |glyph| glyph.width)).sum()
    }
}

/// Takes down which characters are used, by weight.
#[derive(Debug, Default)]
pub(crate) struct Used(RefCell<[BTreeSet<char>; 2]>);

impl Measure for Used {
    fn width(&self, weight: Weight, text: &str) -> f32 {
        self.0.borrow_mut()[weight as usize].extend(text.chars());
        0.0
    }
}

impl Used {
    pub(crate) fn into_characters(self) -> [BTreeSet<char>; 2] {
        self.0.into_inner()
    }
}
