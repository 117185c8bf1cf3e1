//! The closures of the app, as functions that its death reaches.

use anyhow::{Result, bail, ensure};

/// A closure of the app as a function, in the place of the two ways that wasm-bindgen has:
/// `isShared` for one that may be called while it runs. Whatever runs in the app was called by one,
/// so what fails there reaches whoever watches, once, and nothing enters a dead app again.
const CLOSURES: &str = "
let isDead, watcher;
export function watch(listener) {
    watcher = listener;
}
function makeClosure(pointer, table, call, isShared) {
    let count = 1;
    const unref = () => {
        if (!--count && !isDead) wasm.__wbindgen_destroy_closure(pointer, table);
    };
    const real = (...args) => {
        if (isDead) return;
        const own = pointer;
        count++;
        if (!isShared) pointer = 0;
        try {
            return call(own, table, ...args);
        } catch (error) {
            if (!isDead) {
                isDead = true;
                watcher(error);
            }
        } finally {
            pointer = own;
            unref();
        }
    };
    real._wbg_cb_unref = unref;
    return real;
}
";

/// The glue with [`CLOSURES`] in the place of its own.
pub(super) fn own_closures(glue: &str) -> Result<String> {
    let start = glue.find("function makeClosure(");
    let end = glue.find("function makeMutClosure(");
    let after = end.and_then(|end| glue[end..].find("\nfunction ").map(|length| end + length));
    let (Some(start), Some(end), Some(after)) = (start, end, after) else {
        bail!("the glue has other closures")
    };
    ensure!(start < end, "the glue has its closures in another order");
    let rest = [&glue[..start], &glue[after..]].concat();
    let shared: Vec<_> = rest.split("makeClosure(").collect();
    let mut out = shared.first().copied().unwrap_or("").to_owned();
    for piece in shared.into_iter().skip(1) {
        let (arguments, behind) = piece.split_once(");").unwrap_or((piece, ""));
        out.extend(["makeClosure(", arguments, ", true);", behind]);
    }
    Ok([&out.replace("makeMutClosure(", "makeClosure("), CLOSURES].concat())
}
