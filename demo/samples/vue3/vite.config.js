import vue from "@vitejs/plugin-vue";
import { defineConfig, mergeConfig } from "vite";
import { shared } from "../vite.shared.js";

// Without this Vue looks for a component of that name, warns, and would pass the listeners to it.
const isCustomElement = (tag) => tag === "hao-cha-ping";

export default defineConfig(
  mergeConfig(shared("vue3"), {
    plugins: [vue({ template: { compilerOptions: { isCustomElement } } })],
  }),
);
