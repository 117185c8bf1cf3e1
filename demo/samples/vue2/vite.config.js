import vue2 from "@vitejs/plugin-vue2";
import { defineConfig, mergeConfig } from "vite";
import * as compiler from "vue2/compiler-sfc";
import { shared } from "../vite.shared.js";

// `vue` is Vue 3 in the node_modules that all samples share. A portal on Vue 2 has only Vue 2, and writes `vue2()` alone.
export default defineConfig(
  mergeConfig(shared("vue2"), {
    plugins: [vue2({ compiler })],
    resolve: { alias: { vue: "vue2" } },
  }),
);
