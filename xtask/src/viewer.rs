//! The viewer of the API's contract: Redoc, as npm has it, with its own words in Chinese beside the
//! English, and what starts it. It asks nothing of other hosts, and needs no evaluation and no
//! inline script.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha512};

use crate::{
    shell::{execute, say},
    tools::Tool,
};

/// One version, so that its words are where they are looked for.
const PACKAGE: &str = "redoc@2.5.4";
const FILE: &str = "redoc-2.5.4.tgz";
/// SHA-512 of that package.
const INTEGRITY: &str =
    "M6jWhG1qoBnH6TFmzJnstyCZ87HmOY/UzDm78mHiYihEdlV/YcS9ogOo1NlElnJMeLsyxHFe2yFc4sNjHTrABQ==";

/// Words that no option of the viewer reaches, each of which stands once.
const WORDS: [(&str, &str); 17] = [
    ("\"Authorizations:\"", "\"认证 Authorization：\""),
    ("\"Request Body schema: \"", "\"请求体 Request body：\""),
    ("\"Response Schema: \"", "\"答复体 Response body：\""),
    ("\" Response Headers \"", "\"答复头 Response headers\""),
    (
        "null,e,\" Parameters\")",
        "null,({path:\"路径\",query:\"查询\",header:\"请求头\"})[e]||e,\" 参数 \",e,\" parameters\")",
    ),
    ("\"Security Scheme Type: \"", "\"认证方式 Security scheme: \""),
    ("\"HTTP Authorization Scheme: \"", "\"请求头 Authorization: \""),
    ("pg,null,\"Content type\"", "pg,null,\"内容类型 Content type\""),
    ("ariaLabel:\"Content type\"", "ariaLabel:\"内容类型 Content type\""),
    ("label:\"Payload\"", "label:\"JSON\""),
    ("\" Expand all \"", "\"全部展开\""),
    ("\" Collapse all \"", "\"全部收起\""),
    ("},\"Copy\")", "},\"复制\")"),
    ("\"Copied\":\"Not supported in your browser\"", "\"已复制\":\"浏览器不支持\""),
    ("?\"Hide pattern\":\"Show pattern\"", "?\"收起格式\":\"查看格式\""),
    ("`… ${o.length-a} more`:\"Hide\"", "`… 另有 ${o.length-a} 项`:\"收起\""),
    // A picture of somebody else's, from somebody else's server.
    ("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,"),
];

/// The script of the page, and the licences of what is in it; `None` where there is no npm, and the
/// page does without.
pub(crate) fn script(root: &Path) -> Result<Option<String>> {
    let directory = root.join("target/viewer");
    let package = directory.join("package");
    if !package.exists() && !Tool::Npm.is_there(root) {
        say("npm is missing: the page of the API does without its viewer");
        return Ok(None);
    }
    if !package.exists() && !fetch(&directory)? {
        say("the viewer cannot be had: the page of the API does without it");
        return Ok(None);
    }
    let bundle = fs::read_to_string(package.join("bundles/redoc.standalone.js"))?;
    let licences =
        [package.join("LICENSE"), package.join("bundles/redoc.standalone.js.LICENSE.txt")];
    let licences = licences
        .map(fs::read_to_string)
        .into_iter()
        .collect::<std::io::Result<Vec<_>>>()?
        .join("\n");
    let licences = licences.replace("/*", "").replace("*/", "");
    let start = fs::read_to_string(root.join("server/viewer/start.js"))?;
    Ok(Some(format!("/*!\n{licences}\n*/\n{}\n{start}", in_chinese(&bundle)?)))
}

/// Leaves the package in the folder; false where there is no way to npm's registry.
///
/// # Errors
/// If what came is another package than it was.
fn fetch(directory: &Path) -> Result<bool> {
    let half = directory.join("half");
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    fs::create_dir_all(&half)?;
    let mut pack = Command::new("npm");
    if execute(
        "fetch the viewer of the API",
        pack.args(["pack", "--silent", PACKAGE]).current_dir(&half),
    )
    .is_err()
    {
        return Ok(false);
    }
    let found = BASE64_STANDARD.encode(Sha512::digest(fs::read(half.join(FILE))?));
    ensure!(found == INTEGRITY, "{PACKAGE} is not the package that it was: sha512-{found}");
    execute("unpack it", Command::new("tar").args(["-xzf", FILE]).current_dir(&half))?;
    // Last: what is there is whole.
    fs::rename(half.join("package"), directory.join("package"))?;
    Ok(true)
}

fn in_chinese(bundle: &str) -> Result<String> {
    let mut out = bundle.to_owned();
    for (word, chinese) in WORDS {
        ensure!(out.matches(word).count() == 1, "the viewer does not say {word} once");
        out = out.replace(word, chinese);
    }
    // Whoever reads the file would look for a map that is not there.
    let end = out.rfind("\n//# sourceMappingURL").context("the viewer names its map")?;
    out.truncate(end);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_that_says_other_words_is_refused() {
        assert!(in_chinese("nothing of it").unwrap_err().to_string().contains("Authorizations"));
        let bundle = WORDS.map(|(word, _)| word).join("\n") + "\n//# sourceMappingURL=x";
        let out = in_chinese(&bundle).unwrap();
        assert!(
            out.contains("全部展开")
                && !out.contains("cdn.redoc.ly")
                && !out.contains("sourceMappingURL")
        );
    }
}
