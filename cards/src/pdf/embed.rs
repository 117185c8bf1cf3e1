use std::{collections::HashMap, io::Write};

use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::{
    Chunk, Filter, Finish, Name, Rect, Ref, Str,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};
use subsetter::GlyphRemapper;
use ttf_parser::{RawFace, Tag};

use super::document::Document;
use crate::{
    batch::PrintError,
    font::{Font, Glyphs},
};

const IDENTITY: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A font cut down to what is used, as it is embedded.
pub(crate) struct Embedded {
    file: Vec<u8>,
    is_cff: bool,
    /// The glyph in the cut font, and its width in thousandths of an em, by character.
    glyphs: HashMap<char, (u16, f32)>,
    name: Vec<u8>,
    /// Bounding box, ascent, descent and height of capitals, in thousandths of an em.
    metrics: [f32; 7],
}

impl Embedded {
    pub(crate) fn cut(font: &Font, used: &Glyphs) -> Result<Self, PrintError> {
        let face = font.face();
        let mut remapper = GlyphRemapper::new();
        // In the order of characters, so that the same cards make the same file.
        let mut characters: Vec<_> = used.0.iter().collect();
        characters.sort_unstable_by_key(|(c, _)| **c);
        let glyphs = characters
            .into_iter()
            .map(|(c, glyph)| (*c, (remapper.remap(glyph.id), glyph.width * 1000.0)));
        let glyphs = glyphs.collect();
        let cut = subsetter::subset(&font.data, font.index, &remapper)
            .map_err(|error| PrintError::Subset(error.to_string()))?;
        let cff = RawFace::parse(&cut, 0).ok().and_then(|raw| raw.table(Tag::from_bytes(b"CFF ")));
        let (file, is_cff) = cff.map_or((cut.as_slice(), false), |cff| (cff, true));
        let scale = 1000.0 / f32::from(face.units_per_em());
        let bounds = face.global_bounding_box();
        let capitals = face.capital_height().unwrap_or(face.ascender());
        let metrics = [
            bounds.x_min,
            bounds.y_min,
            bounds.x_max,
            bounds.y_max,
            face.ascender(),
            face.descender(),
            capitals,
        ];
        let family = face
            .names()
            .into_iter()
            .find(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME);
        let family = family.and_then(|name| name.to_string()).unwrap_or_else(|| "Font".to_owned());
        let plain = family.bytes().filter(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        Ok(Self {
            file: file.to_vec(),
            is_cff,
            glyphs,
            // Six letters and a plus sign say that this is part of a font.
            name: b"HCPAAA+".iter().copied().chain(plain).collect(),
            metrics: metrics.map(|n| f32::from(n) * scale),
        })
    }

    /// The glyph of a character; that of nothing if it was not asked for.
    pub(super) fn glyph(&self, c: char) -> u16 {
        self.glyphs.get(&c).map_or(0, |(id, _)| *id)
    }

    /// Writes the font and returns its number.
    pub(super) fn put(&self, document: &mut Document<impl Write>) -> Result<Ref, PrintError> {
        let [id, cid, descriptor, file, unicode] = std::array::from_fn(|_| document.reserve());
        let name = Name(&self.name);
        let mut chunk = Chunk::new();
        let mut font = chunk.type0_font(id);
        font.base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(unicode);
        font.finish();
        document.put(id, &chunk)?;
        self.put_cid_font(document, cid, descriptor)?;
        self.put_descriptor(document, descriptor, file)?;
        let mut chunk = Chunk::new();
        let compressed = deflate(&self.file, Compression::best())?;
        let mut stream = chunk.stream(file, &compressed);
        stream.filter(Filter::FlateDecode);
        if self.is_cff {
            stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        }
        stream.finish();
        document.put(file, &chunk)?;
        let mut cmap = UnicodeCmap::new(Name(b"HCP"), IDENTITY);
        for (c, (glyph, _)) in self.by_glyph() {
            cmap.pair(glyph, c);
        }
        let cmap = deflate(&cmap.finish().into_vec(), Compression::best())?;
        let mut chunk = Chunk::new();
        chunk.stream(unicode, &cmap).filter(Filter::FlateDecode);
        document.put(unicode, &chunk)?;
        Ok(id)
    }

    fn by_glyph(&self) -> Vec<(char, (u16, f32))> {
        let mut all: Vec<_> = self.glyphs.iter().map(|(c, glyph)| (*c, *glyph)).collect();
        // Two characters may have one glyph; the lower one is written last and holds.
        all.sort_unstable_by_key(|(c, (glyph, _))| (*glyph, std::cmp::Reverse(*c)));
        all
    }

    fn put_cid_font(
        &self,
        document: &mut Document<impl Write>,
        id: Ref,
        descriptor: Ref,
    ) -> Result<(), PrintError> {
        let mut chunk = Chunk::new();
        let mut font = chunk.cid_font(id);
        font.subtype(if self.is_cff { CidFontType::Type0 } else { CidFontType::Type2 });
        font.base_font(Name(&self.name))
            .system_info(IDENTITY)
            .font_descriptor(descriptor)
            .default_width(1000.0);
        if !self.is_cff {
            font.cid_to_gid_map_predefined(Name(b"Identity"));
        }
        let mut widths = font.widths();
        for (_, (glyph, width)) in
            self.by_glyph().into_iter().filter(|(_, (_, width))| (*width - 1000.0).abs() > 0.01)
        {
            widths.consecutive(glyph, [width]);
        }
        widths.finish();
        font.finish();
        document.put(id, &chunk)
    }

    fn put_descriptor(
        &self,
        document: &mut Document<impl Write>,
        id: Ref,
        file: Ref,
    ) -> Result<(), PrintError> {
        let [left, bottom, right, top, ascent, descent, capitals] = self.metrics;
        let mut chunk = Chunk::new();
        let mut descriptor = chunk.font_descriptor(id);
        descriptor
            .name(Name(&self.name))
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(left, bottom, right, top));
        descriptor
            .italic_angle(0.0)
            .ascent(ascent)
            .descent(descent)
            .cap_height(capitals)
            .stem_v(80.0);
        if self.is_cff {
            descriptor.font_file3(file);
        } else {
            descriptor.font_file2(file);
        }
        descriptor.finish();
        document.put(id, &chunk)
    }
}

pub(super) fn deflate(bytes: &[u8], level: Compression) -> Result<Vec<u8>, PrintError> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 2), level);
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
