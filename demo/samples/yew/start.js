// The portal's only script of its own: what `wasm-bindgen --target web` wants.

import init from "./portal.js";

init({ module_or_path: new URL("./portal_bg.wasm", import.meta.url) });
