use std::path::Path;

use image::{
    DynamicImage, ImageDecoder, ImageReader, Rgb, RgbImage, codecs::jpeg::JpegEncoder,
    imageops::FilterType,
};

/// 13.5 × 18 mm at 300 dpi.
pub(crate) const PIXELS: (u32, u32) = (159, 213);
const QUALITY: u8 = 88;

/// A portrait as it is printed: cut to 3 : 4, of print size, without whatever else the file told
/// about the person.
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
    #[error("{file:?} is neither JPEG nor PNG: {reason}")]
    NoImage {
        /// Its name.
        file: String,
        /// Why.
        reason: String,
    },
    /// The name leads out of the folder.
    #[error("{0:?} is not a file name")]
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
        let reader = ImageReader::open(folder.join(file))
            .map_err(read)?
            .with_guessed_format()
            .map_err(read)?;
        let no_image = |error: image::ImageError| PortraitError::NoImage {
            file: file.to_owned(),
            reason: error.to_string(),
        };
        let mut decoder = reader.into_decoder().map_err(no_image)?;
        // Telephones store portraits lying on their side, and say so in a mark that is not kept.
        let orientation = decoder.orientation().map_err(no_image)?;
        let mut image = DynamicImage::from_decoder(decoder).map_err(no_image)?;
        image.apply_orientation(orientation);
        let image = on_white(&image.resize_to_fill(PIXELS.0, PIXELS.1, FilterType::Lanczos3));
        let mut jpeg = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
        DynamicImage::ImageRgb8(image).write_with_encoder(encoder).map_err(no_image)?;
        Ok(Self { jpeg })
    }

    /// The JPEG, RGB.
    pub(crate) fn jpeg(&self) -> &[u8] {
        &self.jpeg
    }
}

/// Paper is white, also under what is transparent.
fn on_white(image: &DynamicImage) -> RgbImage {
    let image = image.to_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0;
        let over = |ink: u8| {
            let mixed = (u16::from(ink) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            u8::try_from(mixed).expect("a mean of bytes is a byte")
        };
        Rgb([red, green, blue].map(over))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transparent_is_white_and_a_name_that_leads_out_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        image::RgbaImage::from_pixel(30, 40, image::Rgba([0, 0, 0, 0]))
            .save(folder.path().join("a.png"))
            .unwrap();
        let portrait = Portrait::read(folder.path(), "a.png").unwrap();
        let back = image::load_from_memory(portrait.jpeg()).unwrap().to_rgb8();
        assert_eq!((back.width(), back.height()), PIXELS);
        assert!(back.pixels().all(|pixel| pixel.0.iter().all(|ink| *ink > 250)));
        for name in ["../a.png", "/a.png", ".hidden"] {
            assert!(
                matches!(Portrait::read(folder.path(), name), Err(PortraitError::Name(_))),
                "{name}"
            );
        }
        assert!(matches!(Portrait::read(folder.path(), "b.png"), Err(PortraitError::Read { .. })));
    }
}
