// Defines <hao-cha-ping>; the form and the wasm file come from the collector that the element names.
import "haochaping/widget/define";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
