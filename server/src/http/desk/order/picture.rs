//! Pictures without what else the file tells: where and when it was taken, by which device, and a
//! small picture of what was cut off.

use axum::body::Bytes;
use exif::{In, Reader, Tag};
use img_parts::{
    ImageEXIF,
    jpeg::{Jpeg, JpegSegment, markers},
    png::Png,
    webp::WebP,
};

/// The picture as it is looked at, and nothing besides; `None` if it is damaged. Which side is up
/// is kept.
pub(super) fn without_metadata(mime: &str, content: &Bytes) -> Option<Bytes> {
    match mime {
        "image/jpeg" => jpeg(content),
        "image/png" => png(content),
        "image/webp" => webp(content),
        _ => Some(content.clone()),
    }
}

fn jpeg(content: &Bytes) -> Option<Bytes> {
    let mut picture = Jpeg::from_bytes(content.clone()).ok()?;
    let orientation = picture.exif().and_then(|exif| orientation(&exif));
    picture.segments_mut().retain(is_of_picture);
    picture.set_exif(orientation.map(exif_of));
    let n_scans: usize =
        picture.segments().iter().map(|segment| segment.len_with_entropy() - segment.len()).sum();
    let bytes = picture.encoder().bytes();
    let (head, scans) = bytes.split_at(bytes.len() - n_scans);
    Some([head, &scans_alone(scans)?].concat().into())
}

/// The scans of a picture up to its end, without what stands between and after them: a telephone
/// puts a film or a second picture there.
fn scans_alone(scans: &[u8]) -> Option<Vec<u8>> {
    let (mut kept, mut rest) = (Vec::with_capacity(scans.len()), scans);
    loop {
        // Within a scan the byte is followed by 0 or by the mark of a restart.
        let at = rest
            .windows(2)
            .position(|two| two[0] == 0xff && !matches!(two[1], 0 | 0xd0..=0xd7 | 0xff))?;
        kept.extend(&rest[..at]);
        rest = &rest[at..];
        let marker = rest[1];
        if marker == markers::EOI {
            kept.extend(&rest[..2]);
            return Some(kept);
        }
        let length = usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]));
        let segment = rest.get(..2 + length)?;
        if !matches!(marker, markers::APP0..=markers::APP15 | markers::COM) {
            kept.extend(segment);
        }
        rest = &rest[segment.len()..];
    }
}

/// Of what applications add, the frame, the profile of colours and Adobe's kind of colours change
/// what is seen.
fn is_of_picture(segment: &JpegSegment) -> bool {
    match segment.marker() {
        markers::APP0 => segment.contents().starts_with(b"JFIF\0"),
        markers::APP2 => segment.contents().starts_with(b"ICC_PROFILE\0"),
        markers::APP14 => true,
        markers::APP1..=markers::APP15 | markers::COM => false,
        _ => true,
    }
}

fn png(content: &Bytes) -> Option<Bytes> {
    const KEPT: [&[u8; 4]; 9] =
        [b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs", b"acTL", b"fcTL", b"fdAT"];
    let mut picture = Png::from_bytes(content.clone()).ok()?;
    let orientation = picture.exif().and_then(|exif| orientation(&exif));
    // A chunk whose name begins with a capital is needed to show the picture.
    picture
        .chunks_mut()
        .retain(|chunk| chunk.kind()[0].is_ascii_uppercase() || KEPT.contains(&&chunk.kind()));
    picture.set_exif(orientation.map(exif_of));
    Some(picture.encoder().bytes())
}

fn webp(content: &Bytes) -> Option<Bytes> {
    const FLAGS: usize = 20;
    const HAS_XMP: u8 = 0b100;
    let mut picture = WebP::from_bytes(content.clone()).ok()?;
    let orientation = picture.exif().and_then(|exif| orientation(&exif));
    picture.chunks_mut().retain(|chunk| {
        [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"].contains(&&chunk.id())
    });
    picture.set_exif(orientation.map(exif_of));
    let mut bytes = picture.encoder().bytes().to_vec();
    if bytes.get(12..16) == Some(b"VP8X") {
        // It said that there is a chunk which went.
        *bytes.get_mut(FLAGS)? &= !HAS_XMP;
    }
    Some(bytes.into())
}

/// Which side is up, where it is not the first line's (1 to 8, EXIF 2.32, tag 0x0112).
fn orientation(exif: &Bytes) -> Option<u8> {
    let exif = Reader::new().read_raw(exif.to_vec()).ok()?;
    let value = exif.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0)?;
    u8::try_from(value).ok().filter(|value| (2..=8).contains(value))
}

/// EXIF with this one field: a little-endian TIFF of one directory with one entry, a short.
fn exif_of(orientation: u8) -> Bytes {
    let head = [b'I', b'I', 42, 0, 8, 0, 0, 0];
    let entry = [1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
    [&head[..], &entry, &[0; 4]].concat().into()
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbImage};

    use super::*;

    /// A picture of one colour.
    fn drawn(format: ImageFormat) -> Bytes {
        let mut file = std::io::Cursor::new(Vec::new());
        RgbImage::from_pixel(8, 8, image::Rgb([11, 87, 164])).write_to(&mut file, format).unwrap();
        file.into_inner().into()
    }

    const SECRET: &[u8] = b"32.39N 119.42E 2026:11:20 HUAWEI";

    fn holds(haystack: &[u8], needle: &[u8]) -> bool {
        haystack.windows(needle.len()).any(|window| window == needle)
    }

    /// EXIF as a telephone writes it: which side is up, and the device.
    fn telling_exif() -> Bytes {
        let mut exif = exif_of(6).to_vec();
        exif.extend(SECRET);
        exif.into()
    }

    #[test]
    fn a_jpeg_keeps_its_pixels_and_its_side_and_tells_nothing_else() {
        let mut picture = Jpeg::from_bytes(drawn(ImageFormat::Jpeg)).unwrap();
        let pixels = picture.segments().last().unwrap().clone().encoder().bytes();
        picture.set_exif(Some(telling_exif()));
        for (marker, start) in [
            (markers::COM, &b""[..]),
            (markers::APP13, b"Photoshop 3.0\0"),
            (markers::APP2, b"MPF\0"),
        ] {
            let contents = [start, SECRET].concat();
            picture
                .segments_mut()
                .insert(1, JpegSegment::new_with_contents(marker, contents.into()));
        }
        let told =
            [&picture.encoder().bytes()[..], b"\xff\xd8", SECRET, b"\xff\xd9"].concat().into();
        let kept = without_metadata("image/jpeg", &told).unwrap();
        assert!(!holds(&kept, SECRET), "{}", String::from_utf8_lossy(&kept));
        assert!(holds(&kept, &pixels));
        let exif = Jpeg::from_bytes(kept).unwrap().exif().unwrap();
        assert_eq!(orientation(&exif), Some(6));
    }

    #[test]
    fn a_png_keeps_what_is_seen_and_no_words() {
        let mut picture = Png::from_bytes(drawn(ImageFormat::Png)).unwrap();
        let n_chunks = picture.chunks().len();
        picture.set_exif(Some(telling_exif()));
        let words = img_parts::png::PngChunk::new(*b"tEXt", [b"Comment\0", SECRET].concat().into());
        picture.chunks_mut().insert(1, words);
        let kept =
            Png::from_bytes(without_metadata("image/png", &picture.encoder().bytes()).unwrap())
                .unwrap();
        assert_eq!(kept.chunks().len(), n_chunks + 1, "its side");
        assert!(!holds(&kept.encoder().bytes(), SECRET));
    }

    #[test]
    fn a_webp_says_no_longer_that_it_has_what_went() {
        let chunk = |id: &[u8; 4], data: &[u8]| {
            [&id[..], &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
        };
        let parts = [
            chunk(b"VP8X", &[0b0000_1100, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            chunk(b"VP8L", &[0x2f, 0, 0, 0, 0, 0]),
            chunk(b"EXIF", SECRET),
            chunk(b"XMP ", SECRET),
        ]
        .concat();
        let file = [
            b"RIFF",
            &(u32::try_from(parts.len()).unwrap() + 4).to_le_bytes()[..],
            b"WEBP",
            &parts,
        ]
        .concat();
        let kept = without_metadata("image/webp", &file.into()).unwrap();
        assert!(!holds(&kept, SECRET) && holds(&kept, b"VP8L"));
        assert!(kept.get(12..16) != Some(b"VP8X") || kept[20] & 0b1100 == 0);
    }

    #[test]
    fn what_is_damaged_is_not_taken() {
        for mime in ["image/jpeg", "image/png", "image/webp"] {
            assert_eq!(
                without_metadata(mime, &Bytes::from_static(b"\xff\xd8\xff")),
                None,
                "{mime}"
            );
        }
    }
}
