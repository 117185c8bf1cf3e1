//! What the app takes from the browser, told by the names of its imports.

use anyhow::{Result, ensure};

/// Names each import of one of the [`KINDS`] by what it does, and takes its function out of the
/// glue: the script needs one function for each kind then.
pub(super) fn describe(wasm: &mut walrus::Module, glue: &mut String) -> Result<()> {
    for import in wasm.imports.iter_mut() {
        if let Some(described) = take_out(glue, &import.name) {
            import.name = described;
        }
    }
    *glue = with_kinds(glue)?;
    Ok(())
}

/// What an import can be, by the first sign of its name; `P` is the rest of it, the name of a
/// member. First how wasm-bindgen writes it, then a function that makes it.
const KINDS: [(char, &[&str], &str); 11] = [
    ('.', &["const ret = arg0.P;\nreturn ret;"], "(name) => (of) => of[name]"),
    (
        '?',
        &["const ret = arg0.P;\nreturn isLikeNone(ret) ? 0 : addToExternrefTable0(ret);"],
        "(name) => (of) => isLikeNone(of[name]) ? 0 : addToExternrefTable0(of[name])",
    ),
    (
        '#',
        &["const ret = arg0.P;\nreturn isLikeNone(ret) ? Number.MAX_SAFE_INTEGER : (ret) >>> 0;"],
        "(name) => (of) => isLikeNone(of[name]) ? 2 ** 53 - 1 : of[name] >>> 0",
    ),
    ('=', &["arg0.P = arg1 >>> 0;"], "(name) => (of, value) => { of[name] = value >>> 0; }"),
    ('!', &["arg0.P = arg1 !== 0;"], "(name) => (of, value) => { of[name] = value !== 0; }"),
    (
        '$',
        &[
            "arg0.P = getStringFromWasm0(arg1, arg2);",
            "arg0.P = arg1 === 0 ? undefined : getStringFromWasm0(arg1, arg2);",
        ],
        "(name) => (of, ...text) => { of[name] = getStringFromWasm0(...text); }",
    ),
    ('>', &[GIVES_TEXT, GIVES_TEXT_OR_NONE], "(name) => (to, of) => giveText(to, of[name])"),
    (
        '(',
        &[
            "arg0.P();",
            "const ret = arg0.P();\nreturn ret;",
            "const ret = arg0.P(arg1);\nreturn ret;",
            "const ret = arg0.P(arg1, arg2);\nreturn ret;",
        ],
        "(name) => (of, ...given) => of[name](...given)",
    ),
    (
        '\'',
        &[
            "arg0.P(getStringFromWasm0(arg1, arg2));",
            "const ret = arg0.P(getStringFromWasm0(arg1, arg2));\nreturn ret;",
        ],
        "(name) => (of, ...text) => of[name](getStringFromWasm0(...text))",
    ),
    (
        '@',
        &[
            "let result;\ntry {\nresult = arg0 instanceof P;\n} catch (_) {\nresult = false;\n}\nconst ret = result;\nreturn ret;",
        ],
        "(name, type = self[name]) => (value) => value instanceof type",
    ),
    (
        '-',
        &[
            "const ret = typeof P === 'undefined' ? undefined : P;\nreturn isLikeNone(ret) ? 0 : addToExternrefTable0(ret);",
        ],
        "(name) => () => isLikeNone(self[name]) ? 0 : addToExternrefTable0(self[name])",
    ),
];

const GIVES_TEXT: &str = "const ret = arg1.P;\nconst ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);\nconst len1 = WASM_VECTOR_LEN;\ngetDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);\ngetDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);";
const GIVES_TEXT_OR_NONE: &str = "const ret = arg1.P;\nvar ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);\nvar len1 = WASM_VECTOR_LEN;\ngetDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);\ngetDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);";

/// Takes the function of an import out of the glue, if it is of one of the [`KINDS`]; gives the
/// name that says so.
fn take_out(glue: &mut String, name: &str) -> Option<String> {
    let start = glue.find(&format!("{name}: function("))?;
    // Some are wrapped to catch what they throw.
    let wrapped = "function() { return handleError(function (";
    let is_wrapped = glue[start + name.len() + 2..].starts_with(wrapped);
    let ending = if is_wrapped { "\n}, arguments); },\n" } else { "\n},\n" };
    let end = start + glue[start..].find(ending)? + ending.len();
    let (_, body) = glue[start..end - ending.len()].split_once(") {\n")?;
    // The members of our own class get short names of their own.
    let described = KINDS.iter().find_map(|(sign, forms, _)| {
        let member = forms.iter().find_map(|form| member_of(form, body))?;
        (!member.starts_with("_s") && !member.starts_with("_w")).then(|| format!("{sign}{member}"))
    })?;
    glue.replace_range(start..end, "");
    Some(described)
}

/// What stands for `P` in a body of this form.
fn member_of<'a>(form: &str, body: &'a str) -> Option<&'a str> {
    let (before, _) = form.split_once('P')?;
    let rest = body.strip_prefix(before)?;
    let length =
        rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len());
    let member = &rest[..length];
    (form.replace('P', member) == body).then_some(member)
}

/// Where the imports are given: those that their names describe are made.
fn with_kinds(glue: &str) -> Result<String> {
    let from = "const imports = __wbg_get_imports();";
    let object = "const import0 = {";
    ensure!(
        glue.contains(from) && glue.contains(object),
        "the glue gives its imports in another way"
    );
    let kinds: String =
        KINDS.iter().map(|(sign, _, make)| format!("{:?}: {make},\n", sign.to_string())).collect();
    let made = format!(
        "const imports = __wbg_get_imports();\nconst kinds = {{\n{kinds}}};\n\
         for (const {{ module: from, name }} of WebAssembly.Module.imports(module)) {{\n\
         if (kinds[name[0]]) imports[from][name] = kinds[name[0]](name.slice(1));\n}}\n"
    );
    let give = "
function giveText(to, text) {
    const pointer = isLikeNone(text) ? 0 : passStringToWasm0(text, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const view = getDataViewMemory0();
    view.setInt32(to + 4, WASM_VECTOR_LEN, true);
    view.setInt32(to, pointer, true);
}
";
    Ok([&glue.replace(from, &made), give].concat())
}
