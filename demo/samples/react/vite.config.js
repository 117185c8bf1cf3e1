import react from "@vitejs/plugin-react";
import { defineConfig, mergeConfig } from "vite";
import { shared } from "../vite.shared.js";

export default defineConfig(mergeConfig(shared("react"), { plugins: [react()] }));
