// The glue of wasm-bindgen, which the build writes beside the sources.

/** Mounts the app; gives what it is known by. */
export function mount(root: Element, host: object, found: object): number;
export function destroy(app: number): void;
export function refuse(app: number, problem: object): void;
export function initSync(parts: { module: WebAssembly.Module }): void;
/** Hears of whatever fails while the app runs, or tries to. */
export function watch(listener: (error: unknown) => void): void;
