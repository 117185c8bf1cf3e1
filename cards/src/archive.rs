//! Single cards as files of a folder or of one ZIP, drawn on all cores.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use rayon::prelude::*;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{batch::PrintError, face::Face, svg::Singles};

/// What a single card is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A drawing.
    Svg,
    /// Pixels, 300 dpi.
    Png,
}

/// Takes a drawn card.
type Put<'a> = dyn FnMut(&Face, Format, &[u8]) -> Result<(), PrintError> + 'a;

/// Cards that are drawn at the same time, before they are written in order.
const AT_ONCE: usize = 64;

impl Singles<'_> {
    /// Writes every card of the batch into a folder, named by `name`.
    ///
    /// # Errors
    /// [`PrintError`]
    pub fn write_files(
        &self,
        folder: &Path,
        format: Format,
        name: &(dyn Fn(&Face) -> String + Sync),
        progress: &dyn Fn(u64),
    ) -> Result<(), PrintError> {
        self.draw_all(&[format], &mut |face, format, bytes| {
            let path = folder.join(format!("{}.{}", name(face), ending(format)));
            std::fs::write(path, bytes)?;
            progress(1);
            Ok(())
        })
    }

    /// Writes every card of the batch, as drawing and as pixels, into one ZIP.
    ///
    /// # Errors
    /// [`PrintError`]
    pub fn write_zip(
        &self,
        file: File,
        name: &(dyn Fn(&Face) -> String + Sync),
        progress: &dyn Fn(u64),
    ) -> Result<(), PrintError> {
        let mut zip = ZipWriter::new(BufWriter::new(file));
        let failed = |error: zip::result::ZipError| PrintError::Write(std::io::Error::other(error));
        self.draw_all(&[Format::Svg, Format::Png], &mut |face, format, bytes| {
            // A PNG is compressed already. No times: the same cards make the same file.
            let method = if format == Format::Svg {
                CompressionMethod::Deflated
            } else {
                CompressionMethod::Stored
            };
            let options = SimpleFileOptions::default().compression_method(method);
            zip.start_file(format!("{}.{}", name(face), ending(format)), options)
                .map_err(failed)?;
            zip.write_all(bytes)?;
            if format == Format::Png {
                progress(1);
            }
            Ok(())
        })?;
        zip.finish().map_err(failed)?.flush()?;
        Ok(())
    }

    fn draw_all(&self, formats: &[Format], put: &mut Put<'_>) -> Result<(), PrintError> {
        for some in self.batch.faces.chunks(AT_ONCE) {
            let draw = |face: &Face| -> Result<Vec<Vec<u8>>, PrintError> {
                let one = |format: &Format| match format {
                    Format::Svg => self.svg(face).map(String::into_bytes),
                    Format::Png => self.png(face),
                };
                formats.iter().map(one).collect()
            };
            let drawn: Vec<_> = some.par_iter().map(draw).collect::<Result<_, _>>()?;
            for (face, made) in some.iter().zip(drawn) {
                for (format, bytes) in formats.iter().zip(made) {
                    put(face, *format, &bytes)?;
                }
            }
        }
        Ok(())
    }
}

fn ending(format: Format) -> &'static str {
    match format {
        Format::Svg => "svg",
        Format::Png => "png",
    }
}
