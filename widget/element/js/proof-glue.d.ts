// The glue of wasm-bindgen, which the build writes beside the sources.

/** What the proof shows, as JSON. */
export function check(proof: string, receipt: string): string;
export function initSync(parts: { module: WebAssembly.Module }): void;
