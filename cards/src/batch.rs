//! A batch of cards to be printed: what they need of the fonts, checked before anything is written.

use std::collections::BTreeSet;

use haochaping::qr::{Layout, Matrix, TooLong};

use crate::{
    face::{Face, Wording},
    font::{Font, FontError, FontFiles, Glyphs, Measure, Used, Weight},
    layout,
    mark::Mark,
    sheet::Sheet,
};

/// Cards that are printed in one go, all with a code of one size.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The cards.
    pub faces: &'a [Face],
    /// What all of them say.
    pub wording: &'a Wording,
    /// What they are printed on.
    pub sheet: Sheet,
    /// Version and correction of the codes.
    pub layout: Layout,
    /// Whether each page is followed by its back.
    pub has_back: bool,
}

/// Why a batch is not printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// Characters that the fonts have not, as line and character. Nothing was written.
    #[error("the font cannot print {}", name_all(.0))]
    Glyphs(Vec<(u64, char)>),
    /// No font.
    #[error(transparent)]
    Font(#[from] FontError),
    /// The font cannot be cut down to what is used.
    #[error("the font cannot be cut down: {0}")]
    Subset(String),
    /// A link that is longer than the first.
    #[error(transparent)]
    Link(#[from] TooLong),
    /// The file cannot be written.
    #[error("cannot write: {0}")]
    Write(#[from] std::io::Error),
}

fn name_all(missing: &[(u64, char)]) -> String {
    let name = |(line, c): &(u64, char)| {
        let place = if *line == 0 { "the wording".to_owned() } else { format!("line {line}") };
        format!("{place}: {c} (U+{:04X})", u32::from(*c))
    };
    missing.iter().map(name).collect::<Vec<_>>().join(", ")
}

impl Batch<'_> {
    /// The marks of one card.
    pub(crate) fn marks(&self, face: &Face, matrix: Matrix, measure: &dyn Measure) -> Vec<Mark> {
        let draw = if self.sheet.is_stand() { layout::stand } else { layout::card };
        draw(face, self.wording, matrix, measure)
    }

    /// Checks that the fonts have every character of the batch.
    ///
    /// # Errors
    /// [`PrintError::Glyphs`] with lines and characters.
    pub fn check(&self, fonts: &FontFiles) -> Result<(), PrintError> {
        self.prepare(fonts, |_, _| Ok(())).map(drop)
    }

    /// The glyphs that the batch uses, and what `keep` makes of each font before it is dropped. One
    /// font at a time is in memory.
    pub(crate) fn prepare<T>(
        &self,
        fonts: &FontFiles,
        keep: impl Fn(Font, &Glyphs) -> Result<T, PrintError>,
    ) -> Result<([Glyphs; 2], [T; 2]), PrintError> {
        let characters = self.characters()?;
        let mut missing = BTreeSet::new();
        let mut prepared = Vec::new();
        for weight in Weight::ALL {
            let font = fonts.open(weight)?;
            let (glyphs, absent) = font.measure(&characters[weight as usize]);
            missing.extend(absent);
            let kept = keep(font, &glyphs)?;
            prepared.push((glyphs, kept));
        }
        if !missing.is_empty() {
            return Err(PrintError::Glyphs(self.lines_with(&missing)?));
        }
        let [(regular, first), (bold, second)] =
            <[_; 2]>::try_from(prepared).ok().expect("there are two weights");
        Ok(([regular, bold], [first, second]))
    }

    fn characters(&self) -> Result<[BTreeSet<char>; 2], PrintError> {
        let used = Used::default();
        self.use_characters(self.faces, &used)?;
        if self.has_back {
            layout::back(&used);
        }
        Ok(used.into_characters())
    }

    fn use_characters(&self, faces: &[Face], used: &Used) -> Result<(), PrintError> {
        let Some(first) = faces.first() else { return Ok(()) };
        // Any code will do to lay the words out.
        let matrix = Matrix::encode(&first.link, self.layout)?;
        for face in faces {
            self.marks(face, matrix.clone(), used);
        }
        Ok(())
    }

    fn lines_with(&self, missing: &BTreeSet<char>) -> Result<Vec<(u64, char)>, PrintError> {
        let mut found = BTreeSet::new();
        for face in self.faces {
            let used = Used::default();
            self.use_characters(std::slice::from_ref(face), &used)?;
            let characters = used.into_characters().into_iter().flatten();
            found.extend(characters.filter(|c| missing.contains(c)).map(|c| (face.line, c)));
        }
        Ok(found.into_iter().collect())
    }
}
