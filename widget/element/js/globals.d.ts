// What the build, or the collector, puts into the scripts.

/** The release. */
declare const VERSION: string;
/** Integrity values of the app, by language. */
declare const INTEGRITY: Record<string, string>;
/** What the tag was given. */
declare const hcpGiven: import("./tag.js").Given;
