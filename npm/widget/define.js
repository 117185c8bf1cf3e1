import { define } from "./index.js";

define();

export * from "./index.js";
