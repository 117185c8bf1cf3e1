// The glue of wasm-bindgen, which the build writes beside the sources.

/** The app in the form's place. */
export class Mounted {
  destroy(): void;
  refuse(problem: object): void;
}
export function mount(root: Element, host: object, found: object): Mounted;
export function initSync(parts: { module: WebAssembly.Module }): void;
