//! Whose pages these are: what an operator sets of the body that runs them, for all pages and by
//! region. A page shows what the nearest region around its own says; what no region says holds
//! from the file's head.

use std::{collections::BTreeMap, path::Path};

use haochaping::region::Region;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The most characters of a name or of a contact.
const TEXT_MAX: usize = 60;
/// The most bytes of a picture.
const PICTURE_MAX: usize = 65_536;

/// What a page says of whose it is; empty for what nobody set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// The name in the head of the page.
    pub name: String,
    /// 主办单位
    pub organiser: String,
    /// ICP 备案号
    pub icp: String,
    /// 公安备案号
    pub police: String,
    /// 政府网站标识码, ten letters and digits.
    pub site_code: String,
    /// A telephone number or an address to write to.
    pub contact: String,
    /// The file of the emblem, beside the operator's; then the name that it is served by.
    pub emblem: String,
    /// The file of the icon, beside the operator's; then the name that it is served by.
    pub favicon: String,
}

/// A picture that pages show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
}

/// What holds everywhere, and what holds in a region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sites {
    all: Site,
    by_region: BTreeMap<Region, Site>,
    pictures: BTreeMap<String, Picture>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    all: Site,
    #[serde(default)]
    region: BTreeMap<String, Site>,
}

impl Site {
    fn fields(&mut self) -> [&mut String; 8] {
        [
            &mut self.name,
            &mut self.organiser,
            &mut self.icp,
            &mut self.police,
            &mut self.site_code,
            &mut self.contact,
            &mut self.emblem,
            &mut self.favicon,
        ]
    }
}

impl Sites {
    /// Whose a page of a region is.
    pub fn of(&self, region: Region) -> Site {
        let mut site = Site::default();
        let around = region.ancestors().filter_map(|around| self.by_region.get(&around));
        for from in around.chain([&self.all]) {
            let mut from = from.clone();
            for (field, value) in site.fields().into_iter().zip(from.fields()) {
                if field.is_empty() {
                    std::mem::swap(field, value);
                }
            }
        }
        site
    }

    /// A picture by the name that it is served by.
    pub fn picture(&self, name: &str) -> Option<&Picture> {
        self.pictures.get(name)
    }

    /// Reads a file in TOML: `[all]` for every page, `[region.321000]` for those of a region and
    /// all in it. Pictures are files beside it.
    ///
    /// # Errors
    /// In one line: the file, where, and what is wrong with it.
    pub fn read(file: &str) -> Result<Self, String> {
        if file.is_empty() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("{file} cannot be read: {error}"))?;
        let text = text.trim_start_matches('\u{feff}');
        let read: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            format!("{file}, line {line}: {}", error.message())
        })?;
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        let mut sites = Self::default();
        let place = |table: &str| format!("{file}, [{table}]");
        sites.all = sites
            .checked(read.all, folder)
            .map_err(|fault| format!("{}: {fault}", place("all")))?;
        for (code, site) in read.region {
            let place = place(&format!("region.{code}"));
            let region: Region =
                code.parse().map_err(|_| format!("{place}: {code} is not a region code"))?;
            let site = sites.checked(site, folder).map_err(|fault| format!("{place}: {fault}"))?;
            sites.by_region.insert(region, site);
        }
        Ok(sites)
    }

    /// A site whose texts can be shown, with its pictures among those that are served.
    fn checked(&mut self, mut site: Site, folder: &Path) -> Result<Site, String> {
        for text in site.fields() {
            *text = text.trim().to_owned();
            if text.chars().count() > TEXT_MAX || text.contains(char::is_control) {
                return Err(format!("{text:?} has more than {TEXT_MAX} characters, or a line end"));
            }
        }
        let is_code = site.site_code.len() == 10
            && site.site_code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !site.site_code.is_empty() && !is_code {
            return Err(format!(
                "site_code {:?} does not have ten letters and digits",
                site.site_code
            ));
        }
        for name in [&mut site.emblem, &mut site.favicon] {
            if !name.is_empty() {
                *name = self.keep(&folder.join(&*name))?;
            }
        }
        Ok(site)
    }

    /// Keeps a picture under a name that changes with its bytes.
    fn keep(&mut self, file: &Path) -> Result<String, String> {
        let shown = file.display();
        let bytes =
            std::fs::read(file).map_err(|error| format!("{shown} cannot be read: {error}"))?;
        if bytes.len() > PICTURE_MAX {
            return Err(format!("{shown} has {} bytes, {PICTURE_MAX} are allowed", bytes.len()));
        }
        let (ending, media_type) = kind_of(&bytes)
            .ok_or_else(|| format!("{shown} is neither SVG, PNG, JPEG nor an icon (ICO)"))?;
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let name = format!("{}.{ending}", haochaping::link::base32::encode(&digest[..10]));
        self.pictures.insert(name.clone(), Picture { bytes, media_type });
        Ok(name)
    }
}

/// By what it begins with, not by its name.
fn kind_of(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(("png", "image/png"));
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some(("jpg", "image/jpeg"));
    }
    if bytes.starts_with(b"\0\0\x01\0") {
        return Some(("ico", "image/x-icon"));
    }
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
    let is_svg = (text.starts_with("<svg") || text.starts_with("<?xml")) && text.contains("<svg");
    is_svg.then_some(("svg", "image/svg+xml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Sites, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("emblem.svg"),
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        )
        .unwrap();
        std::fs::write(folder.path().join("note.txt"), "no picture").unwrap();
        let file = folder.path().join("site.toml");
        std::fs::write(&file, text).unwrap();
        Sites::read(file.to_str().unwrap())
    }

    fn region(code: &str) -> Region {
        code.parse().unwrap()
    }

    #[test]
    fn the_nearest_region_around_a_page_says_whose_it_is() {
        let sites = read(
            "[all]\nname = \"示例省政务服务\"\norganiser = \"示例省政府办公厅\"\nemblem = \"emblem.svg\"\n\
             [region.321000]\nname = \"示例市政务服务\"\n[region.321002]\ncontact = \"0514-00000000\"\n",
        )
        .unwrap();
        let named = |code: &str| sites.of(region(code)).name;
        assert_eq!(named("320000"), "示例省政务服务");
        assert_eq!(named("321000"), "示例市政务服务");
        let district = sites.of(region("321002001002"));
        assert_eq!(
            (district.name.as_str(), district.contact.as_str()),
            ("示例市政务服务", "0514-00000000")
        );
        assert_eq!(district.organiser, "示例省政府办公厅");
        assert_eq!(sites.picture(&district.emblem).unwrap().media_type, "image/svg+xml");
        assert_eq!(Sites::read("").unwrap().of(region("321002")), Site::default());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, fault) in [
            ("[all]\nnmae = \"x\"\n", "line 2"),
            ("[all]\nname = \"x\n", "line 2"),
            ("[region.9]\nname = \"x\"\n", "[region.9]: 9 is not a region code"),
            ("[all]\nsite_code = \"12\"\n", "ten letters and digits"),
            ("[all]\nemblem = \"gone.svg\"\n", "gone.svg cannot be read"),
            ("[all]\nemblem = \"note.txt\"\n", "note.txt is neither SVG"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(fault), "{fault}: {message}");
        }
        let long = format!("[all]\nname = \"{}\"\n", "名".repeat(61));
        assert!(read(&long).unwrap_err().contains("more than 60 characters"));
    }
}
