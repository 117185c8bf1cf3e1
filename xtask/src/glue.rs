//! The glue of wasm-bindgen made small: 1 KB of brotli less than what it writes for every browser and every caller. Its
//! version is pinned, and each piece must be found, so an update cannot slip through.

use anyhow::{Result, ensure};

/// What every engine that runs our wasm has, or what only callers of other kinds need: a piece between two marks, and what
/// takes its place.
const PIECES: [(&str, &str, &str); 8] = [
    // The element destroys its app once, and forgets it before it does.
    ("__destroy_into_raw() {", "/**\n * Takes the app out", ""),
    // Only panics show values, and a string says enough.
    ("function debugString(val) {", "\n            }\n\nfunction", "function debugString(val) { return String(val);"),
    // Two gigabytes of text are never decoded.
    ("const MAX_SAFARI_DECODE_BYTES", "return cachedTextDecoder", "function decodeText(bytes) {\n"),
    ("if (!('encodeInto' in cachedTextEncoder)) {", "let WASM_VECTOR_LEN", ""),
    // The texts that cross are short: no separate way for ASCII.
    ("if (realloc === undefined) {", "const buf =", ""),
    ("}\n\n                let len = arg.length;", "\n\nfunction takeFromExternrefTable0", "}"),
    (
        "if (wasm !== undefined) return wasm;\n\n                \n                if (module !== undefined) {",
        "const imports =",
        "({module} = module);\n",
    ),
    ("if (!(module instanceof WebAssembly.Module)) {", "const instance =", ""),
];

/// The glue without what it does not need here.
pub(crate) fn slim(glue: &str) -> Result<String> {
    let mut glue = glue.to_owned();
    for (from, to, instead) in PIECES {
        let start = glue.find(from);
        let end = start.and_then(|start| glue[start..].find(to).map(|length| start + length));
        let (Some(start), Some(end)) = (start, end) else { anyhow::bail!("the glue has no {from:?}") };
        glue.replace_range(start..end, instead);
    }
    // Every closure ends with its app, which the element destroys: nothing waits for the garbage collector.
    for registry in ["CLOSURE_DTORS", "MountedFinalization"] {
        let start = glue.find(&format!("const {registry} = "));
        let end = start.and_then(|start| glue[start..].find(");\n\n").map(|length| start + length + 2));
        let (Some(start), Some(end)) = (start, end) else { anyhow::bail!("the glue has no {registry}") };
        glue.replace_range(start..end, "");
        glue = glue
            .lines()
            .filter(|line| !line.trim().starts_with(&format!("{registry}.")))
            .collect::<Vec<_>>()
            .join("\n");
        ensure!(!glue.contains(registry), "the glue uses {registry} in another way");
    }
    // By a name that the minifier shortens.
    glue = glue.replace("this.__destroy_into_raw()", "this.__wbg_ptr").replace("__wbg_ptr", "_pointer");
    glue = glue.replace("if (Symbol.dispose) Mounted.prototype[Symbol.dispose] = Mounted.prototype.free;\n", "");
    // The DOM calls of a form do not throw, and if one does, the page's console should have it as it is.
    let wrapped = "function() { return handleError(function (";
    ensure!(glue.contains(wrapped), "the glue wraps no call");
    glue = glue.replace(wrapped, "function(").replace("\n}, arguments); },", "\n},");
    let (tried, caught) =
        ("let result;\ntry {\nresult = ", ";\n} catch (_) {\nresult = false;\n}\nconst ret = result;\n");
    ensure!(glue.contains(caught), "the glue catches no test of a class");
    glue = glue.replace(tried, "const ret = ").replace(caught, ";\n");
    glue = return_at_once(&glue);
    let detached = "cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && \
                    cachedDataViewMemory0.buffer !== wasm.memory.buffer)";
    ensure!(glue.contains(detached), "the glue asks otherwise whether the memory has grown");
    Ok(glue.replace(detached, "cachedDataViewMemory0.buffer !== wasm.memory.buffer"))
}

/// `const ret = x; return ret;` as `return x;`, which the minifier leaves alone.
fn return_at_once(glue: &str) -> String {
    let mut pieces = glue.split("const ret = ");
    let mut out = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        match piece.split_once(";\nreturn ret;") {
            Some((value, rest)) if !value.contains(";\n") => out.extend(["return ", value, ";", rest]),
            _ => out.extend(["const ret = ", piece]),
        }
    }
    out
}

/// Names that cross end in 16 random digits, which stand in both files and do not compress. In the order of the names
/// they get short ones, the same for every language.
pub(crate) fn shorten_names(wasm: &mut walrus::Module, glue: &mut String) {
    let plain = |name: &str| name.rsplit_once('_').map_or(name, |(plain, _)| plain).to_owned();
    let mut imports: Vec<_> = wasm.imports.iter().map(|import| (import.name.clone(), import.id())).collect();
    imports.retain(|(name, _)| name.starts_with("__wb") && glue.contains(&format!("{name}:")));
    imports.sort_by_key(|(name, _)| plain(name));
    for (number, (name, id)) in imports.into_iter().enumerate() {
        let short = format!("i{number}");
        *glue = glue.replace(&format!("{name}:"), &format!("{short}:"));
        wasm.imports.get_mut(id).name = short;
    }
    let mut exports: Vec<_> = wasm.exports.iter().map(|export| (export.name.clone(), export.id())).collect();
    exports.retain(|(name, _)| name.contains("__closures__"));
    // By their parameters: of those that only their digits tell apart there is one for each number of them.
    let parameters = |name: &str| {
        glue.split(&format!("function {name}(")).nth(1).and_then(|rest| rest.split(')').next()).unwrap_or("").to_owned()
    };
    exports.sort_by_cached_key(|(name, _)| (parameters(name), plain(name)));
    for (number, (name, id)) in exports.into_iter().enumerate() {
        let short = format!("e{number}");
        *glue = glue.replace(&name, &short);
        wasm.exports.get_mut(id).name = short;
    }
}
