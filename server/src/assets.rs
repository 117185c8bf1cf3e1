//! The built widget inside the binary, and the last releases kept beside the data: a loader that a
//! browser still holds finds the files of its own release.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::Value;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

struct Asset {
    name: &'static str,
    raw: &'static [u8],
    brotli: &'static [u8],
    gzip: &'static [u8],
}

impl Asset {
    fn in_encoding(&self, encoding: &str) -> &'static [u8] {
        match encoding {
            "br" => self.brotli,
            "gzip" => self.gzip,
            _ => self.raw,
        }
    }
}

/// The encodings a file is kept in, with the ending of its name.
pub const ENCODINGS: [(&str, &str); 3] = [("br", ".br"), ("gzip", ".gz"), ("", "")];
/// How many releases are served.
const N_RELEASES: usize = 3;
/// The loader's name.
pub const LOADER: &str = "haochaping.js";
/// What the loader is followed by in one tag.
const TAG: &str = "haochaping-tag.js";
/// What checks a proof in a browser: the script, and what it loads when it is asked to.
pub const PROOF: [&str; 2] = ["haochaping-proof.js", "haochaping.proof.wasm"];

/// The name of this binary's release; empty if the widget was not built.
pub fn version() -> &'static str {
    VERSION
}

/// What one tag brings besides the form: the loader, and what puts the element where the tag
/// stands. Empty if the widget was not built.
pub fn tag() -> [&'static str; 2] {
    [LOADER, TAG].map(|name| {
        let script = ASSETS.iter().find(|asset| asset.name == name);
        script.and_then(|script| std::str::from_utf8(script.raw).ok()).unwrap_or("")
    })
}

/// The integrity value of a file of this release; `None` if it is not there.
pub fn integrity(name: &str) -> Option<&'static str> {
    static LIST: LazyLock<Value> = LazyLock::new(|| {
        let list = ASSETS.iter().find(|asset| asset.name == "integrity.json");
        list.and_then(|list| serde_json::from_slice(list.raw).ok()).unwrap_or_default()
    });
    LIST["files"][name].as_str()
}

/// A file of a release in the best encoding that `accepted` (an `Accept-Encoding` header) names.
pub type File = (&'static str, Vec<u8>);

/// All files that are served.
#[derive(Debug, Default)]
pub struct Releases(BTreeMap<(String, String), PathBuf>);

impl Releases {
    /// Keeps this release under `directory`, and finds the two before it there. Where it cannot be
    /// written, this release is served all the same, and the next binary does not find it.
    pub fn keep(directory: &Path) -> Self {
        if let Err(error) = Self::write(directory) {
            tracing::warn!(%error, "the widget of this release was not kept beside the data");
        }
        Self::find_all(directory).unwrap_or_default()
    }

    fn write(directory: &Path) -> io::Result<()> {
        fs::create_dir_all(directory)?;
        if !VERSION.is_empty() {
            let own = directory.join(VERSION);
            fs::create_dir_all(&own)?;
            for asset in ASSETS {
                for (ending, content) in
                    [("", asset.raw), (".br", asset.brotli), (".gz", asset.gzip)]
                {
                    let path = own.join(format!("{}{ending}", asset.name));
                    if fs::read(&path).ok().as_deref() != Some(content) {
                        fs::write(path, content)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn find_all(directory: &Path) -> io::Result<Self> {
        let mut releases: Vec<_> =
            fs::read_dir(directory)?.flatten().filter(|entry| entry.path().is_dir()).collect();
        // The newest first, whatever its name; this binary's own always.
        releases.sort_by_key(|entry| {
            std::cmp::Reverse(entry.metadata().and_then(|m| m.modified()).ok())
        });
        releases.sort_by_key(|entry| entry.file_name() != VERSION);
        let mut files = BTreeMap::new();
        for release in releases.into_iter().take(N_RELEASES) {
            for file in fs::read_dir(release.path())?.flatten() {
                let names = (
                    release.file_name().to_string_lossy().into_owned(),
                    file.file_name().to_string_lossy().into_owned(),
                );
                files.insert(names, file.path());
            }
        }
        Ok(Self(files))
    }

    /// A file by release and name, in the best encoding accepted; `None` if it is not there.
    pub fn find(&self, version: &str, name: &str, accepted: &str) -> Option<File> {
        let accepts = |encoding: &str| {
            encoding.is_empty()
                || accepted.split(',').any(|a| a.split(';').next().unwrap_or("").trim() == encoding)
        };
        let own = ASSETS.iter().find(|asset| version == VERSION && asset.name == name);
        ENCODINGS.into_iter().filter(|(encoding, _)| accepts(encoding)).find_map(
            |(encoding, ending)| {
                if let Some(own) = own {
                    return Some((encoding, own.in_encoding(encoding).to_vec()));
                }
                let path = self.0.get(&(version.to_owned(), format!("{name}{ending}")))?;
                Some((encoding, fs::read(path).ok()?))
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_three_releases_are_served() {
        let directory = tempfile::tempdir().unwrap();
        for release in ["a", "b", "c", "d"] {
            let own = directory.path().join(release);
            fs::create_dir(&own).unwrap();
            fs::write(own.join(LOADER), release).unwrap();
        }
        let releases = Releases::keep(directory.path());
        let n_served =
            ["a", "b", "c", "d"].iter().filter(|r| releases.find(r, LOADER, "").is_some()).count();
        assert_eq!(n_served, if VERSION.is_empty() { 3 } else { 2 });
        assert!(releases.find("d/../a", LOADER, "").is_none());
    }
}
