use std::path::Path;

use image::{DynamicImage, ImageReader, codecs::jpeg::JpegEncoder, imageops::FilterType};

/// 13.5 × 18 mm at 300 dpi.
pub(crate) const PIXELS: (u32, u32) = (159, 213);
const QUALITY: u8 = 88;

/// A portrait as it is printed: cut to 3 : 4, of print size, without whatever else the file told about the person.
#[derive(Clone, Debug)]
pub struct Portrait {
    jpeg: Vec<u8>,
}

/// Why a portrait cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PortraitError {
    /// The file cannot be read.
    #[error("{file:?} cannot be read: {error}")]
    Read {
        /// Its name.
        file: String,
        /// Why.
        error: std::io::Error,
    },
    /// It is no JPEG or PNG.
    #[error("{file:?} is no JPEG or PNG: {reason}")]
    NoImage {
        /// Its name.
        file: String,
        /// Why.
        reason: String,
    },
    /// The name leads out of the folder.
    #[error("{0:?} is no file name")]
    Name(String),
}

impl Portrait {
    /// Reads a portrait from a folder.
    ///
    /// # Errors
    /// [`PortraitError`] with the name of the file.
    pub fn read(folder: &Path, file: &str) -> Result<Self, PortraitError> {
        if file.contains(['/', '\\']) || file.starts_with('.') {
            return Err(PortraitError::Name(file.to_owned()));
        }
        let read = |error| PortraitError::Read { file: file.to_owned(), error };
        let reader = ImageReader::open(folder.join(file)).map_err(read)?.with_guessed_format().map_err(read)?;
        let no_image =
            |error: image::ImageError| PortraitError::NoImage { file: file.to_owned(), reason: error.to_string() };
        let image = reader.decode().map_err(no_image)?.resize_to_fill(PIXELS.0, PIXELS.1, FilterType::Lanczos3);
        let mut jpeg = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
        DynamicImage::ImageRgb8(image.to_rgb8()).write_with_encoder(encoder).map_err(no_image)?;
        Ok(Self { jpeg })
    }

    /// The JPEG, RGB.
    pub(crate) fn jpeg(&self) -> &[u8] {
        &self.jpeg
    }
}
