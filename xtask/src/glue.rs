//! The glue of wasm-bindgen made small: 2 KB of brotli less than what it writes for every browser
//! and every caller. Its version is pinned, and each piece must be found, so an update cannot slip
//! through.

mod closures;
mod imports;

use anyhow::{Result, ensure};

/// Wasm and glue of the widget as browsers get them.
pub(crate) fn small(wasm: &mut walrus::Module, glue: &str) -> Result<String> {
    let mut glue = closures::own_closures(glue)?;
    imports::describe(wasm, &mut glue)?;
    // A page may put something else in their place later.
    let mut glue =
        ["import { queueMicrotask, setTimeout } from \"./platform.js\";\n", &slim(&glue)?].concat();
    shorten_names(wasm, &mut glue);
    Ok(glue)
}

/// What every engine that runs our wasm has, or what only callers of other kinds need: a piece
/// between two marks, and what takes its place.
const PIECES: [(&str, &str, &str); 9] = [
    // The element destroys its app once, and forgets it before it does: a number is enough to know
    // it by.
    (
        "/**\n * A mounted form",
        "/**\n * Mounts the form",
        "export const destroy = (app) => wasm.mounted_destroy(app);\n\
         export const refuse = (app, problem) => wasm.mounted_refuse(app, problem);\n",
    ),
    ("return Mounted.__wrap(ret);", "\n}", "return ret;"),
    // Only panics show values, and a string says enough.
    (
        "function debugString(val) {",
        "\n            }\n\nfunction",
        "function debugString(val) { return String(val);",
    ),
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
fn slim(glue: &str) -> Result<String> {
    let mut glue = glue.to_owned();
    for (from, to, instead) in PIECES {
        let start = glue.find(from);
        let end = start.and_then(|start| glue[start..].find(to).map(|length| start + length));
        let (Some(start), Some(end)) = (start, end) else {
            anyhow::bail!("the glue has no {from:?}")
        };
        glue.replace_range(start..end, instead);
    }
    // Every closure ends with its app, which the element destroys: nothing waits for the garbage
    // collector.
    for registry in ["CLOSURE_DTORS", "MountedFinalization"] {
        let start = glue.find(&format!("const {registry} = "));
        let end =
            start.and_then(|start| glue[start..].find(");\n\n").map(|length| start + length + 2));
        let (Some(start), Some(end)) = (start, end) else {
            anyhow::bail!("the glue has no {registry}")
        };
        glue.replace_range(start..end, "");
        glue = glue
            .lines()
            .filter(|line| !line.trim().starts_with(&format!("{registry}.")))
            .collect::<Vec<_>>()
            .join("\n");
        ensure!(!glue.contains(registry), "the glue uses {registry} in another way");
    }
    // The DOM calls of a form do not throw, and if one does, the page's console should have it as
    // it is.
    let wrapped = "function() { return handleError(function (";
    ensure!(glue.contains(wrapped), "the glue wraps no call");
    glue = glue.replace(wrapped, "function(").replace("\n}, arguments); },", "\n},");
    glue = return_at_once(&glue);
    for (from, to) in FORMS {
        ensure!(glue.contains(from), "the glue has no {from:?}");
        glue = glue.replace(from, to);
    }
    Ok(glue)
}

/// Forms that stand in the glue once or often, and shorter ones that do the same for us.
const FORMS: [(&str, &str); 15] = [
    // A text as the answer: its place and length.
    (
        "const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);\nconst len1 = \
         WASM_VECTOR_LEN;\ngetDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, \
         true);\ngetDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);",
        "giveText(arg0, ret);",
    ),
    (
        "var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);\nvar \
         len1 = WASM_VECTOR_LEN;\ngetDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, \
         true);\ngetDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);",
        "giveText(arg0, ret);",
    ),
    // Only HTML that is put in as it is would need this, and we put none in.
    (
        "const ret = arg1.slice();\nconst ptr1 = passArrayJsValueToWasm0(ret, wasm.__wbindgen_malloc);\nconst len1 = \
         WASM_VECTOR_LEN;\ngetDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, \
         true);\ngetDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);",
        "throw arg1;",
    ),
    // Warnings of the framework to its developers.
    (
        "var v0 = getArrayJsValueFromWasm0(arg0, arg1);\nwasm.__wbindgen_free(arg0, arg1 * 4, 4);\nconsole.error(...(v0));\n",
        "",
    ),
    // A promise that fails ends the app: what it failed with need not be given back.
    ("throw takeFromExternrefTable0(ret[0]);", "throw wasm.__wbindgen_externrefs.get(ret[0]);"),
    // A view is quickly made, and always of the memory as it is now. It has less than 2 GB: no
    // address is negative.
    ("arg0 >>> 0", "arg0"),
    ("    ptr = ptr >>> 0;\n", ""),
    (
        " >>> 0;\n                    getUint8ArrayMemory0()",
        ";\n                    getUint8ArrayMemory0()",
    ),
    (
        "if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || \
         (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {\n                        \
         cachedDataViewMemory0 = new DataView(wasm.memory.buffer);\n                    }\n                    return \
         cachedDataViewMemory0;",
        "return new DataView(wasm.memory.buffer);",
    ),
    (
        "if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {\n                        \
         cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);\n                    }\n                    return \
         cachedUint8ArrayMemory0;",
        "return new Uint8Array(wasm.memory.buffer);",
    ),
    ("cachedDataViewMemory0 = null;\ncachedUint8ArrayMemory0 = null;\n", ""),
    (
        "decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len))",
        "cachedTextDecoder.decode(getUint8ArrayMemory0().subarray(ptr, ptr + len))",
    ),
    (
        "getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf)",
        "getUint8ArrayMemory0().set(buf, ptr)",
    ),
    ("cachedTextDecoder.decode();\n", ""),
    ("            __proto__: null,\n", ""),
];

/// `const ret = x; return ret;` as `return x;`, which the minifier leaves alone.
fn return_at_once(glue: &str) -> String {
    let mut pieces = glue.split("const ret = ");
    let mut out = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        match piece.split_once(";\nreturn ret;") {
            Some((value, rest)) if !value.contains(";\n") => {
                out.extend(["return ", value, ";", rest]);
            }
            _ => out.extend(["const ret = ", piece]),
        }
    }
    out
}

/// Names that cross end in 16 random digits, which stand in both files and do not compress. In the
/// order of the names they get short ones, the same for every language.
pub(crate) fn shorten_names(wasm: &mut walrus::Module, glue: &mut String) {
    let plain = |name: &str| name.rsplit_once('_').map_or(name, |(plain, _)| plain).to_owned();
    let mut imports: Vec<_> =
        wasm.imports.iter().map(|import| (import.name.clone(), import.id())).collect();
    imports.retain(|(name, _)| name.starts_with("__wb") && glue.contains(&format!("{name}:")));
    imports.sort_by_key(|(name, _)| plain(name));
    for (number, (name, id)) in imports.into_iter().enumerate() {
        let short = format!("i{number}");
        *glue = glue.replace(&format!("{name}:"), &format!("{short}:"));
        wasm.imports.get_mut(id).name = short;
    }
    let mut exports: Vec<_> =
        wasm.exports.iter().map(|export| (export.name.clone(), export.id())).collect();
    exports.retain(|(name, _)| name != "memory" && glue.contains(&["wasm.", name].concat()));
    // By their parameters: of those that only their digits tell apart there is one for each number
    // of them.
    let parameters = |name: &str| {
        glue.split(&format!("function {name}("))
            .nth(1)
            .and_then(|rest| rest.split(')').next())
            .unwrap_or("")
            .to_owned()
    };
    exports.sort_by_cached_key(|(name, _)| (parameters(name), plain(name)));
    let mut names: Vec<_> = exports.into_iter().enumerate().collect();
    // Longer ones first, so that none is taken for a part of another.
    names.sort_by_key(|(_, (name, _))| std::cmp::Reverse(name.len()));
    for (number, (name, id)) in names {
        let short = format!("e{number}");
        *glue = glue.replace(&format!("wasm.{name}"), &format!("wasm.{short}"));
        if name.contains("__closures__") {
            *glue = glue.replace(&name, &short);
        }
        wasm.exports.get_mut(id).name = short;
    }
}
