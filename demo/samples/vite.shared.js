// What the built samples have in common. A portal of its own needs none of this, only the plugin options in the
// samples' vite.config.js.

/** @param {string} name the sample's directory */
export function shared(name) {
  return {
    base: "./",
    // `haochaping` is a link to target/npm here; kept as a link, its files count as being in node_modules.
    resolve: { preserveSymlinks: true },
    // A package that a rebuild changes in place must not be served from Vite's cache of dependencies.
    optimizeDeps: { exclude: ["haochaping"] },
    build: {
      outDir: `../../../target/samples/${name}`,
      emptyOutDir: true,
      // The polyfill fetches scripts, which a strict connect-src refuses, and browsers that need it are rare.
      modulePreload: { polyfill: false },
    },
  };
}
